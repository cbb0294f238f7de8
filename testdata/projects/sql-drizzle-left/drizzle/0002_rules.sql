CREATE TABLE `rules` (
	`id` text PRIMARY KEY NOT NULL,
	`userId` text NOT NULL,
	`tagId` text,
	FOREIGN KEY (`userId`, `tagId`) REFERENCES `tags`(`userId`, `id`)
);
--> statement-breakpoint
CREATE UNIQUE INDEX `tags_userId_id` ON `tags` (`userId`, `id`);
