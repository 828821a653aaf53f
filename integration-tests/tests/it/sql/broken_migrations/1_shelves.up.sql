CREATE TABLE shelves (id BIGINT PRIMARY KEY, name VARCHAR(100) NOT NULL);
INSERT INTO shelves (id, name) VALUES (1, 'left'), (2, 'right');
