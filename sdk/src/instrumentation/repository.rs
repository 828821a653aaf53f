//! Repositories: see [`Telemetry::repository`] and the attribute [`macro@crate::repository`].

use kymo_repository::RepositoryMetrics;

#[doc(hidden)]
pub use kymo_repository::probe;
pub use kymo_repository::{ChangeSet, Described, Entity, ErrorTypes, Method, Observed, Repository};

use crate::Telemetry;

impl Telemetry {
    /// The repository called `name`: what is done with it is done through it.
    ///
    /// Make it once and keep it. It is the same for everybody who asks for it by that name. The first
    /// 64 names are kept apart; later ones, and an empty one, are `_OTHER`.
    ///
    /// ```
    /// # async fn query(id: u64) -> Result<String, std::io::Error> { Ok(String::new()) }
    /// # async fn run(telemetry: &kymo::Telemetry) -> Result<(), std::io::Error> {
    /// let books = telemetry.repository("books");
    ///
    /// let title = books.observe("title", query(7)).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn repository(&self, name: &str) -> Repository {
        self.repository_metrics().repository(name)
    }

    /// The repository that `R` is, which has the attribute [`macro@crate::repository`]: with each of
    /// its methods there from now on, at zero.
    ///
    /// ```
    /// struct Books {
    ///     repository: kymo::repository::Repository,
    /// }
    ///
    /// #[kymo::repository("books")]
    /// impl Books {
    ///     async fn title(&self, id: u64) -> Result<String, std::io::Error> {
    ///         Ok(format!("volume {id}"))
    ///     }
    /// }
    ///
    /// # async fn run(telemetry: &kymo::Telemetry) -> Result<(), std::io::Error> {
    /// let books = Books { repository: telemetry.repository_of::<Books>() };
    /// let title = books.title(7).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn repository_of<R: Described + ?Sized>(&self) -> Repository {
        self.repository_metrics().described::<R>()
    }

    fn repository_metrics(&self) -> RepositoryMetrics {
        self.kept.of(|| RepositoryMetrics::new(self.meters()))
    }
}
