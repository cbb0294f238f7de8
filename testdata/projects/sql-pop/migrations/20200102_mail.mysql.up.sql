ALTER TABLE `users` MODIFY `mail` text;
