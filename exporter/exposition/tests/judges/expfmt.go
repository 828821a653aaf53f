// Reads every document of a folder with Prometheus's own expfmt, and prints what it has read of each on a line.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"sort"
	"strconv"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
)

type object map[string]interface{}

func main() {
	format, folder := os.Args[1], os.Args[2]
	entries, err := os.ReadDir(folder)
	if err != nil {
		panic(err)
	}
	failed := false
	for index := range entries {
		families, err := read(format, filepath.Join(folder, strconv.Itoa(index)))
		if err != nil {
			fmt.Fprintf(os.Stderr, "refused %d: %v\n", index, err)
			failed = true
		}
		line := []object{}
		for _, family := range families {
			line = append(line, of(family))
		}
		text, _ := json.Marshal(line)
		fmt.Println(string(text))
	}
	if failed {
		os.Exit(1)
	}
}

func read(format, path string) ([]*dto.MetricFamily, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	families := []*dto.MetricFamily{}
	if format == "text" {
		var parser expfmt.TextParser
		byName, err := parser.TextToMetricFamilies(file)
		for _, family := range byName {
			families = append(families, family)
		}
		sort.Slice(families, func(a, b int) bool { return families[a].GetName() < families[b].GetName() })
		return families, err
	}
	decoder := expfmt.NewDecoder(file, expfmt.FmtProtoDelim)
	for {
		var family dto.MetricFamily
		if err := decoder.Decode(&family); err == io.EOF {
			return families, nil
		} else if err != nil {
			return families, err
		}
		families = append(families, &family)
	}
}

func of(family *dto.MetricFamily) object {
	metrics := []object{}
	for _, metric := range family.GetMetric() {
		metrics = append(metrics, ofMetric(metric))
	}
	return object{
		"name": family.GetName(), "help": family.GetHelp(), "type": int(family.GetType()), "metric": metrics,
	}
}

func ofMetric(metric *dto.Metric) object {
	it := object{
		"label": labels(metric.GetLabel()), "time": strconv.FormatInt(metric.GetTimestampMs(), 10),
	}
	switch {
	case metric.Counter != nil:
		it["value"] = bits(metric.GetCounter().GetValue())
		it["exemplar"] = exemplar(metric.GetCounter().GetExemplar())
	case metric.Gauge != nil:
		it["value"] = bits(metric.GetGauge().GetValue())
	case metric.Untyped != nil:
		it["value"] = bits(metric.GetUntyped().GetValue())
	case metric.Summary != nil:
		summary := metric.GetSummary()
		it["count"], it["sum"] = count(summary.GetSampleCount()), bits(summary.GetSampleSum())
		quantiles := [][]string{}
		for _, q := range summary.GetQuantile() {
			quantiles = append(quantiles, []string{bits(q.GetQuantile()), bits(q.GetValue())})
		}
		it["quantile"] = quantiles
	case metric.Histogram != nil:
		histogram := metric.GetHistogram()
		it["count"], it["sum"] = count(histogram.GetSampleCount()), bits(histogram.GetSampleSum())
		buckets := [][]interface{}{}
		for _, b := range histogram.GetBucket() {
			bucket := []interface{}{bits(b.GetUpperBound()), count(b.GetCumulativeCount()), exemplar(b.GetExemplar())}
			buckets = append(buckets, bucket)
		}
		it["bucket"] = buckets
		it["schema"], it["zero"] = histogram.GetSchema(), count(histogram.GetZeroCount())
		it["threshold"] = bits(histogram.GetZeroThreshold())
		it["positive"] = side(histogram.GetPositiveSpan(), histogram.GetPositiveDelta())
		it["negative"] = side(histogram.GetNegativeSpan(), histogram.GetNegativeDelta())
	}
	return it
}

func labels(pairs []*dto.LabelPair) [][]string {
	all := [][]string{}
	for _, pair := range pairs {
		all = append(all, []string{pair.GetName(), pair.GetValue()})
	}
	return all
}

func exemplar(it *dto.Exemplar) interface{} {
	if it == nil {
		return nil
	}
	time := it.GetTimestamp()
	return []interface{}{labels(it.GetLabel()), bits(it.GetValue()), time.GetSeconds(), time.GetNanos()}
}

func side(spans []*dto.BucketSpan, deltas []int64) []interface{} {
	all := []interface{}{}
	for _, span := range spans {
		all = append(all, []int64{int64(span.GetOffset()), int64(span.GetLength())})
	}
	for _, delta := range deltas {
		all = append(all, delta)
	}
	return all
}

func bits(number float64) string {
	if math.IsNaN(number) {
		return "NaN"
	}
	return fmt.Sprintf("%016x", math.Float64bits(number))
}

// JSON's numbers are floats to some.
func count(number uint64) string {
	return strconv.FormatUint(number, 10)
}
