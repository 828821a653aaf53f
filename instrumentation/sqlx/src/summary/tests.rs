mod cases;
mod vectors;
