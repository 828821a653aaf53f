//! A request, and its reply.

use redis::{Cmd, Pipeline, ServerError, Value};

use crate::{
    caches::Caches,
    command::Command,
    reply,
    series::{Batch, OperationName},
};

/// A command, or a pipeline of them.
pub(crate) trait Request: Copy {
    /// The values that a server sends.
    type Reply;

    fn name(self) -> OperationName;

    /// The error that the client makes of `reply`: the first among the answers, else the first inside one.
    fn error_in(self, reply: &Self::Reply) -> Option<&ServerError>;

    /// Tells the caches what the server answered to each command of this request, which is called `name`, if it
    /// did answer.
    fn tell_caches(self, name: OperationName, caches: &Caches, reply: Option<&Self::Reply>);
}

impl Request for &Cmd {
    type Reply = Value;

    #[inline]
    fn name(self) -> OperationName {
        OperationName::new(Batch::No, Some(Command::of(self)))
    }

    #[inline]
    fn error_in(self, reply: &Value) -> Option<&ServerError> {
        error_inside(reply)
    }

    #[inline]
    fn tell_caches(self, name: OperationName, caches: &Caches, reply: Option<&Value>) {
        let command = name.command().unwrap_or(Command::OTHER);
        match reply {
            Some(reply) => reply::answered(caches, command, self, reply),
            None => reply::unanswered(caches, command, self),
        }
    }
}

impl Request for &Pipeline {
    type Reply = Vec<Value>;

    fn name(self) -> OperationName {
        let batch = if self.is_transaction() { Batch::Multi } else { Batch::Pipeline };
        let mut commands = self.cmd_iter().map(Command::of);
        let first = commands.next();
        let command = first.filter(|first| commands.all(|other| other == *first));
        OperationName::new(batch, command)
    }

    fn error_in(self, reply: &Vec<Value>) -> Option<&ServerError> {
        let values = answers(self, reply).unwrap_or(reply);
        let among = values.iter().find_map(|value| match value {
            Value::ServerError(error) => Some(error),
            _ => None,
        });
        among.or_else(|| values.iter().find_map(error_inside))
    }

    /// Answers that are not as many as the commands are none.
    fn tell_caches(self, name: OperationName, caches: &Caches, reply: Option<&Vec<Value>>) {
        if caches.is_empty() {
            return;
        }
        let command = |cmd| name.command().unwrap_or_else(|| Command::of(cmd));
        match reply.and_then(|reply| answers(self, reply)) {
            Some(answers) if answers.len() == self.len() => {
                for (cmd, answer) in self.cmd_iter().zip(answers) {
                    reply::answered(caches, command(cmd), cmd, answer);
                }
            }
            _ => self.cmd_iter().for_each(|cmd| reply::unanswered(caches, command(cmd), cmd)),
        }
    }
}

/// The answer to each command; `None` if they were not carried out.
fn answers<'r>(pipeline: &Pipeline, reply: &'r [Value]) -> Option<&'r [Value]> {
    if !pipeline.is_transaction() {
        return Some(reply);
    }
    match reply {
        [.., Value::Array(values)] => Some(values),
        // What was watched has changed.
        _ => None,
    }
}

/// As [`Value::extract_error`] finds it.
#[inline]
fn error_inside(value: &Value) -> Option<&ServerError> {
    match value {
        Value::ServerError(error) => Some(error),
        Value::Array(values) | Value::Set(values) | Value::Push { data: values, .. } => {
            error_among(values)
        }
        Value::Map(pairs) => error_in_pairs(pairs),
        Value::Attribute { data, attributes } => {
            error_among(std::slice::from_ref(data)).or_else(|| error_in_pairs(attributes))
        }
        _ => None,
    }
}

fn error_among(values: &[Value]) -> Option<&ServerError> {
    values.iter().find_map(error_inside)
}

fn error_in_pairs(pairs: &[(Value, Value)]) -> Option<&ServerError> {
    pairs.iter().find_map(|(key, value)| error_inside(key).or_else(|| error_inside(value)))
}
