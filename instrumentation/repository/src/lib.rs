//! What the repositories of a service do, and what becomes of what they keep.
