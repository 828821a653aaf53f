//! Units of work: see [`Telemetry::unit_of_work`].

pub use kymo_work::UnitOfWork;
use kymo_work::WorkMetrics;

use crate::Telemetry;

impl Telemetry {
    /// The unit of work called `name`, such as a job or the work on one message: what is run as one has a bill, as a
    /// request has.
    ///
    /// Make it once and keep it. It is the same for everybody who asks for it by that name. The first 64 names are kept
    /// apart; later ones, and an empty one, are `_OTHER`.
    ///
    /// ```
    /// # async fn index() -> Result<u64, std::io::Error> { Ok(0) }
    /// # async fn nightly(telemetry: &kymo::Telemetry) -> Result<(), std::io::Error> {
    /// let reindex = telemetry.unit_of_work("reindex");
    ///
    /// let books = reindex.run_result(index()).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// `kymo.unit_of_work.duration` counts it, and `kymo.unit_of_work.time` says where its time went: to SQL, to
    /// Redis, to other services, or to its own code.
    pub fn unit_of_work(&self, name: &str) -> UnitOfWork {
        self.kept.of(|| WorkMetrics::new(self.meters())).unit_of_work(name)
    }
}
