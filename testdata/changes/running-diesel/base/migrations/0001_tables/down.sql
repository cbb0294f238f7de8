DROP TABLE notes, drafts, labels, tasks;
