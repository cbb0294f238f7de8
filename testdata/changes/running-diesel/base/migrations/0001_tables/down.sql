DROP TABLE drafts, labels, tasks;
