CREATE TABLE `tags` (`id` text PRIMARY KEY NOT NULL, `userId` text NOT NULL);
