UPDATE users SET mail = lower(mail);
UPDATE user SET mail = lower(mail);
