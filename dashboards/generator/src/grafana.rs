//! A board as Grafana reads it.

use serde_json::{Value, json};

use crate::{
    Board, Context,
    panel::{Form, Panel, Target},
};

/// The schema of the dashboards that Grafana 10.2 and later read as they are.
const SCHEMA: u32 = 39;

/// The width of the grid.
const WIDTH: usize = 24;

/// The JSON of a board.
pub(crate) fn json(board: &Board, context: &Context<'_>) -> String {
    let mut document = serde_json::to_string_pretty(&dashboard(board, context)).expect("JSON");
    document.push('\n');
    document
}

fn dashboard(board: &Board, context: &Context<'_>) -> Value {
    json!({
        "uid": uid(board.name),
        "title": board.title,
        "description": board.description,
        "tags": ["kymo"],
        "schemaVersion": SCHEMA,
        "version": 1,
        "editable": true,
        "graphTooltip": 1,
        "refresh": "30s",
        "time": {"from": "now-1h", "to": "now"},
        "timezone": "browser",
        "links": [links()],
        "annotations": {"list": []},
        "templating": {"list": variables(board, context)},
        "panels": panels(board, context),
    })
}

/// How links name a board.
pub(crate) fn uid(board: &str) -> String {
    format!("kymo-{board}")
}

/// To all other boards, with the job, the instance and the time that were chosen.
fn links() -> Value {
    json!({
        "title": "kymo", "type": "dashboards", "tags": ["kymo"], "icon": "external link", "tooltip": "",
        "asDropdown": false, "targetBlank": false, "includeVars": true, "keepTime": true,
    })
}

fn source() -> Value {
    json!({"type": "prometheus", "uid": "${datasource}"})
}

fn variables(board: &Board, context: &Context<'_>) -> Value {
    let [jobs, instances] = variable_queries(board, context);
    let chosen = |name: &str, label: &str, query: &str| {
        json!({
            "name": name, "label": label, "type": "query", "datasource": source(),
            "query": {"query": query, "refId": name},
            "refresh": 2, "sort": 1, "regex": "", "multi": true, "includeAll": true, "allValue": ".*",
            "current": {"text": ["All"], "value": ["$__all"]}, "hide": 0, "options": [],
        })
    };
    json!([
        {
            "name": "datasource", "label": "Data source", "type": "datasource", "query": "prometheus",
            "refresh": 1, "regex": "", "multi": false, "includeAll": false, "hide": 0, "options": [],
            "current": {"text": "default", "value": "default"},
        },
        chosen("job", "Job", &jobs),
        chosen("instance", "Instance", &instances),
    ])
}

/// How Grafana finds the jobs and the instances of a board.
pub(crate) fn variable_queries(board: &Board, context: &Context<'_>) -> [String; 2] {
    let all = Context { matchers: Vec::new(), ..context.clone() };
    let of_job = Context { matchers: vec!["job=~\"$job\"".to_owned()], ..context.clone() };
    let subject = |context: &Context<'_>| board.subject(context);
    [
        format!("label_values({}, job)", subject(&all)),
        format!("label_values({}, instance)", subject(&of_job)),
    ]
}

fn panels(board: &Board, context: &Context<'_>) -> Vec<Value> {
    let mut panels = Vec::new();
    let mut y = 0;
    for row in &board.rows {
        let id = panels.len() + 1;
        let place = json!({"h": 1, "w": WIDTH, "x": 0, "y": y});
        panels.push(json!({
            "id": id, "type": "row", "title": row.title, "collapsed": false, "gridPos": place, "panels": [],
        }));
        y += 1;
        let mut left = 0;
        let (numbers, graphs): (Vec<&Panel>, Vec<&Panel>) =
            row.panels.iter().partition(|panel| panel.form == Form::Number);
        for (part, height) in [(numbers, 4), (graphs, 8)] {
            let width = WIDTH / part.len().clamp(1, 3 + 3 * usize::from(height == 4));
            for panel in &part {
                if left + width > WIDTH {
                    left = 0;
                    y += height;
                }
                let place = json!({"h": height, "w": width, "x": left, "y": y});
                panels.push(drawn(panel, panels.len() + 1, &place, context));
                left += width;
            }
            if !part.is_empty() {
                y += height;
            }
            left = 0;
        }
    }
    panels
}

fn drawn(panel: &Panel, id: usize, place: &Value, context: &Context<'_>) -> Value {
    let targets = panel.targets.iter().zip('A'..);
    let targets: Vec<_> =
        targets.map(|(target, id)| asked(target, id, panel.form, context)).collect();
    let links = panel.more.iter().map(|board| {
        let url = format!(
            "/d/{}?${{job:queryparam}}&${{instance:queryparam}}&${{__url_time_range}}",
            uid(board)
        );
        json!({"title": "More of it", "type": "link", "url": url})
    });
    json!({
        "id": id, "type": panel.form.kind(), "title": panel.title, "description": panel.description,
        "datasource": source(), "gridPos": place, "targets": targets, "links": links.collect::<Vec<_>>(),
        "fieldConfig": {
            "defaults": {"unit": panel.unit.id(), "min": 0, "custom": panel.form.custom()}, "overrides": [],
        },
        "options": panel.form.options(),
    })
}

fn asked(target: &Target, id: char, form: Form, context: &Context<'_>) -> Value {
    json!({
        "refId": id, "datasource": source(), "editorMode": "code",
        "expr": target.query.text(context), "legendFormat": target.legend(context),
        "range": form != Form::Number, "instant": form == Form::Number,
    })
}

impl Form {
    fn kind(self) -> &'static str {
        match self {
            Self::Lines | Self::Stack => "timeseries",
            Self::Number => "stat",
        }
    }

    fn custom(self) -> Value {
        match self {
            Self::Lines => {
                json!({"drawStyle": "line", "lineWidth": 1, "fillOpacity": 0, "showPoints": "never"})
            }
            Self::Stack => json!({
                "drawStyle": "line", "lineWidth": 1, "fillOpacity": 30, "showPoints": "never",
                "stacking": {"group": "A", "mode": "normal"},
            }),
            Self::Number => json!({}),
        }
    }

    fn options(self) -> Value {
        match self {
            Self::Lines | Self::Stack => json!({
                "legend": {"displayMode": "table", "placement": "bottom", "showLegend": true, "calcs": ["mean", "max"]},
                "tooltip": {"mode": "multi", "sort": "desc"},
            }),
            Self::Number => json!({
                "colorMode": "value", "graphMode": "none", "justifyMode": "auto", "orientation": "auto",
                "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": false}, "textMode": "auto",
            }),
        }
    }
}
