//! A request, and its reply.

use std::slice;

use redis::{Cmd, Pipeline, ServerError, Value};

use crate::{
    caches::Caches,
    command::Command,
    reply,
    series::{Batch, OperationName},
};

/// A command, or a pipeline of them.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Request<'a> {
    Command(&'a Cmd),
    Pipeline(&'a Pipeline),
}

impl Request<'_> {
    pub(crate) fn name(self) -> OperationName {
        match self {
            Self::Command(cmd) => {
                OperationName { batch: Batch::No, command: Some(Command::of(cmd)) }
            }
            Self::Pipeline(pipeline) => {
                let is_atomic = pipeline.is_transaction();
                let batch = if is_atomic { Batch::Multi } else { Batch::Pipeline };
                let mut commands = pipeline.cmd_iter().map(Command::of);
                let first = commands.next();
                let command = first.filter(|first| commands.all(|other| other == *first));
                OperationName { batch, command }
            }
        }
    }

    /// Tells the caches what the server answered to each command of this request, which is called
    /// `name`, if it did answer. Answers that are not as many as the commands are none.
    pub(crate) fn tell_caches(
        self,
        name: OperationName,
        caches: &Caches,
        answers: Option<&[Value]>,
    ) {
        if caches.is_empty() {
            return;
        }
        let tell = |cmd, answer| {
            let command = name.command.unwrap_or_else(|| Command::of(cmd));
            match answer {
                Some(answer) => reply::answered(caches, command, cmd, answer),
                None => reply::unanswered(caches, command, cmd),
            }
        };
        match (self, answers) {
            (Self::Command(cmd), answers) => tell(cmd, answers.and_then(<[_]>::first)),
            (Self::Pipeline(pipeline), Some(answers)) if answers.len() == pipeline.len() => {
                pipeline.cmd_iter().zip(answers).for_each(|(cmd, answer)| tell(cmd, Some(answer)));
            }
            (Self::Pipeline(pipeline), _) => pipeline.cmd_iter().for_each(|cmd| tell(cmd, None)),
        }
    }
}

/// The reply to a request.
pub(crate) trait Reply {
    /// The values that the server sent.
    fn sent(&self) -> &[Value];

    /// The answer to each command; `None` if they were not carried out.
    fn answers(&self, request: Request<'_>) -> Option<&[Value]> {
        match request {
            Request::Pipeline(pipeline) if pipeline.is_transaction() => match self.sent() {
                [.., Value::Array(values)] => Some(values),
                // What was watched has changed.
                _ => None,
            },
            _ => Some(self.sent()),
        }
    }

    /// The error that the client makes of it: the first among the answers, else the first inside one.
    fn server_error(&self, request: Request<'_>) -> Option<&ServerError> {
        let values = self.answers(request).unwrap_or(self.sent());
        let among = values.iter().find_map(|value| match value {
            Value::ServerError(error) => Some(error),
            _ => None,
        });
        among.or_else(|| values.iter().find_map(error_inside))
    }
}

impl Reply for Value {
    fn sent(&self) -> &[Value] {
        slice::from_ref(self)
    }
}

impl Reply for Vec<Value> {
    fn sent(&self) -> &[Value] {
        self
    }
}

/// As [`Value::extract_error`] finds it.
fn error_inside(value: &Value) -> Option<&ServerError> {
    match value {
        Value::ServerError(error) => Some(error),
        Value::Array(values) | Value::Set(values) | Value::Push { data: values, .. } => {
            values.iter().find_map(error_inside)
        }
        Value::Map(pairs) => error_in_pairs(pairs),
        Value::Attribute { data, attributes } => {
            error_inside(data).or_else(|| error_in_pairs(attributes))
        }
        _ => None,
    }
}

fn error_in_pairs(pairs: &[(Value, Value)]) -> Option<&ServerError> {
    pairs.iter().find_map(|(key, value)| error_inside(key).or_else(|| error_inside(value)))
}
