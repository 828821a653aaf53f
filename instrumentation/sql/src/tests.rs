mod cases;
mod differential;
mod secrets;
mod vectors;
