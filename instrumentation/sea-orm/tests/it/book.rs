//! The entity of the tests.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "books")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub(crate) id: i32,
    #[sea_orm(unique)]
    pub(crate) title: String,
}

impl ActiveModelBehavior for ActiveModel {}

/// A book that is not there yet.
pub(crate) fn called(title: &str) -> ActiveModel {
    ActiveModel { title: sea_orm::Set(title.to_owned()), ..Default::default() }
}
