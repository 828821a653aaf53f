SELECT id FROM lent_slow, pg_sleep(600);
