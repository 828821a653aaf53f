DROP TABLE doors;
