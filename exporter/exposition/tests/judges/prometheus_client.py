"""Reads every document of a folder strictly, and prints what it has read of each on a line."""

import json
import os
import struct
import sys

from prometheus_client.openmetrics import parser as openmetrics
from prometheus_client import parser as text


def number(value):
    value = float(value)
    return "NaN" if value != value else struct.pack(">d", value).hex()


def milliseconds(time):
    return None if time is None else round(float(time) * 1000)


def exemplars(sample):
    it = sample.exemplar
    return [] if it is None else [[it.labels, number(it.value), milliseconds(it.timestamp)]]


def sample(it):
    return [it.name, it.labels, number(it.value), milliseconds(it.timestamp), exemplars(it)]


def family(metric, is_text):
    # The reader of text calls families as OpenMetrics does.
    kind, name = metric.type, metric.name
    samples = metric.samples
    if is_text:
        kind = {"unknown": "untyped"}.get(kind, kind)
        if kind == "counter":
            name = samples[0].name
    return {
        "name": name,
        "kind": kind,
        "help": metric.documentation,
        "unit": metric.unit,
        "samples": [sample(it) for it in samples],
    }


reader, folder = sys.argv[1:]
read = {
    "openmetrics": openmetrics.text_string_to_metric_families,
    "text": text.text_string_to_metric_families,
}[reader]
failed = False
for index in range(len(os.listdir(folder))):
    with open(os.path.join(folder, str(index)), newline="", encoding="utf-8") as file:
        document = file.read()
    try:
        print(json.dumps([family(it, reader == "text") for it in read(document)]))
    except Exception as error:
        print(f"refused: {error!r}\n{document}", file=sys.stderr)
        failed = True
        print("null")
sys.exit(failed)
