//! The attribute of kymo that observes every method of an `impl` block.
