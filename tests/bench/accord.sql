-- The peers' data set in our tables: 10,000 users with 5 posts each, every tenth inactive, and an administrator with a token.
INSERT INTO users (email, email_key, username, username_key, full_name, full_name_key, bio, role, is_active, password_hash,
                   created_at, version)
SELECT 'user' || i || '@example.com', 'user' || i || '@example.com', 'user_' || i, 'user_' || i, 'User Number ' || i,
       'user number ' || i, 'bio of ' || i, 'user', i % 10 <> 0, 'x',
       timestamptz '2026-01-01 00:00:00.123456+00' + i * interval '1 second', 1
FROM generate_series(1, 10000) AS i;
INSERT INTO posts (author_id, title, content, is_published, created_at, version)
SELECT u.id, 'Post ' || p || ' of ' || u.id, repeat('lorem ipsum ', 8), true,
       timestamptz '2026-02-01 00:00:00.5+00' + p * interval '1 hour', 1
FROM users AS u, generate_series(1, 5) AS p;
INSERT INTO users (email, email_key, username, username_key, role, is_active, password_hash, created_at, version)
VALUES ('admin@example.com', 'admin@example.com', 'admin', 'admin', 'admin', true, 'x', now(), 1);
-- Of the token in accord.toml, as in the document's example.
INSERT INTO sessions (user_id, access_hash, access_expires_at, created_at, refreshed_at, expires_at)
SELECT id, encode(sha256('aca_9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a0881cbb60b'), 'hex'),
       now() + interval '1 day', now(), now(), now() + interval '1 day'
FROM users WHERE role = 'admin';
