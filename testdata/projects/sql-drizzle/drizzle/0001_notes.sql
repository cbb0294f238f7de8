CREATE TABLE `notes` (
	`id` text PRIMARY KEY NOT NULL,
	`user` text,
	`author` text,
	FOREIGN KEY (`user`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
	FOREIGN KEY (`author`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
ALTER TABLE `users` ADD `mail` text NOT NULL;
