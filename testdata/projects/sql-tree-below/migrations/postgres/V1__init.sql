CREATE TABLE clients (id varchar NOT NULL CONSTRAINT clients_pk PRIMARY KEY, enabled boolean NOT NULL DEFAULT true, made timestamptz);
