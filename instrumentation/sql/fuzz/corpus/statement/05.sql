-- name: by_author
SELECT * FROM books