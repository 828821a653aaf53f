//! One type for all that the database does not have: columns, types, values, statements.

use std::borrow::Cow;
use std::fmt;

use sqlx::encode::Encode;
use sqlx::error::BoxDynError;
use sqlx::query::{Query, QueryAs, QueryScalar};
use sqlx::{
    Column, Either, FromRow, IntoArguments, SqlStr, Statement, Type, TypeInfo, Value, ValueRef,
};

use super::{Null, row::Row};

/// There is none.
#[derive(Debug, Clone, PartialEq)]
pub enum Nothing {}

/// The arguments of a statement, of which there are none either.
#[derive(Debug, Default)]
pub struct Arguments;

impl sqlx::Arguments for Arguments {
    type Database = Null;

    fn reserve(&mut self, _additional: usize, _size: usize) {}

    fn add<'t, T: Encode<'t, Null> + Type<Null>>(&mut self, _value: T) -> Result<(), BoxDynError> {
        Err("nothing can be bound".into())
    }

    fn len(&self) -> usize {
        0
    }
}

impl IntoArguments<Null> for Arguments {
    fn into_arguments(self) -> Self {
        self
    }
}

impl Column for Nothing {
    type Database = Null;

    fn ordinal(&self) -> usize {
        match *self {}
    }

    fn name(&self) -> &str {
        match *self {}
    }

    fn type_info(&self) -> &Self {
        match *self {}
    }
}

impl TypeInfo for Nothing {
    fn is_null(&self) -> bool {
        match *self {}
    }

    fn name(&self) -> &str {
        match *self {}
    }
}

impl fmt::Display for Nothing {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {}
    }
}

impl Value for Nothing {
    type Database = Null;

    fn as_ref(&self) -> Self {
        match *self {}
    }

    fn type_info(&self) -> Cow<'_, Self> {
        match *self {}
    }

    fn is_null(&self) -> bool {
        match *self {}
    }
}

impl ValueRef<'_> for Nothing {
    type Database = Null;

    fn to_owned(&self) -> Self {
        match *self {}
    }

    fn type_info(&self) -> Cow<'_, Self> {
        match *self {}
    }

    fn is_null(&self) -> bool {
        match *self {}
    }
}

impl Statement for Nothing {
    type Database = Null;

    fn into_sql(self) -> SqlStr {
        match self {}
    }

    fn sql(&self) -> &SqlStr {
        match *self {}
    }

    fn parameters(&self) -> Option<Either<&[Self], usize>> {
        match *self {}
    }

    fn columns(&self) -> &[Self] {
        match *self {}
    }

    fn query(&self) -> Query<'_, Null, Arguments> {
        match *self {}
    }

    fn query_with<A: IntoArguments<Null>>(&self, _: A) -> Query<'_, Null, A> {
        match *self {}
    }

    fn query_as<O: for<'r> FromRow<'r, Row>>(&self) -> QueryAs<'_, Null, O, Arguments> {
        match *self {}
    }

    fn query_as_with<'s, O, A>(&'s self, _: A) -> QueryAs<'s, Null, O, A>
    where
        O: for<'r> FromRow<'r, Row>,
        A: IntoArguments<Null>,
    {
        match *self {}
    }

    fn query_scalar<O>(&self) -> QueryScalar<'_, Null, O, Arguments>
    where
        (O,): for<'r> FromRow<'r, Row>,
    {
        match *self {}
    }

    fn query_scalar_with<'s, O, A>(&'s self, _: A) -> QueryScalar<'s, Null, O, A>
    where
        (O,): for<'r> FromRow<'r, Row>,
        A: IntoArguments<Null>,
    {
        match *self {}
    }
}
