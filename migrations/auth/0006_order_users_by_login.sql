-- listUsers(): by login, independent of the database's collation, and those whose login begins with a text
CREATE INDEX users_by_login ON users (lower(login::text) COLLATE "C", id);
