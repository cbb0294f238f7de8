SELECT of_today('users', DATE 'today');
SELECT elsewhere('users');
