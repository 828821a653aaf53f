//! The settings of instrumentation.

use super::{
    layer::Layer,
    part::{Mistake, Part},
};
use crate::configuration::environment::methods;

/// Reads `instrumentation/development`, of which kymo knows two keys.
pub(super) fn read(part: &Part<'_>, layer: &mut Layer) -> Result<(), Mistake> {
    for (key, part) in part.entries()? {
        match key {
            "general" => general(&part, layer)?,
            // Each language is told apart, and may be one that this file is for, too.
            "cpp" | "dotnet" | "erlang" | "go" | "java" | "js" | "php" | "python" | "ruby"
            | "rust" | "swift" => layer.ignore(&part, "kymo has no settings here"),
            _ => layer.unknown(&part)?,
        }
    }
    Ok(())
}

/// Reads what is for every language.
fn general(part: &Part<'_>, layer: &mut Layer) -> Result<(), Mistake> {
    for (key, part) in part.entries()? {
        match key {
            "http" => http(&part, layer)?,
            "stability_opt_in_list" => {
                if let Some(groups) = part.text()? {
                    layer.say("OTEL_SEMCONV_STABILITY_OPT_IN", STABILITY, &part, groups);
                }
            }
            "code" | "db" | "gen_ai" | "messaging" | "rpc" | "sanitization" => {
                layer.ignore(&part, "kymo has no settings here");
            }
            _ => layer.unknown(&part)?,
        }
    }
    Ok(())
}

/// Reads the settings of HTTP: the methods of servers, which are those of clients too.
fn http(part: &Part<'_>, layer: &mut Layer) -> Result<(), Mistake> {
    for (key, part) in part.entries()? {
        match key {
            "server" => {}
            "client" => {
                layer.ignore(&part, "kymo knows the methods of servers for clients too");
                continue;
            }
            "semconv" => {
                layer.ignore(&part, "kymo measures by the stable conventions");
                continue;
            }
            _ => {
                layer.unknown(&part)?;
                continue;
            }
        }
        for (key, part) in part.entries()? {
            match key {
                "known_methods" => {}
                "request_captured_headers" | "response_captured_headers" => {
                    layer.ignore(&part, "kymo measures no headers");
                    continue;
                }
                _ => {
                    layer.unknown(&part)?;
                    continue;
                }
            }
            let mut list = Vec::new();
            for item in part.any_items()? {
                let method = item.text()?;
                let method = item.required(method, "a method")?;
                let is_one = methods(method) == (vec![method.to_owned()], Vec::new());
                if !is_one {
                    return Err(item.mistake("this is no method; write one such as GET"));
                }
                list.push(method);
            }
            if !part.is_absent() {
                // A comma is a list without methods, and nothing is no list.
                let list = format!("{},", list.join(","));
                layer.say("OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS", METHODS, &part, list);
            }
        }
    }
    Ok(())
}

const METHODS: &str = "instrumentation/development.general.http.server.known_methods";
const STABILITY: &str = "instrumentation/development.general.stability_opt_in_list";
