create table public.notes (
    id bigint generated always as identity primary key,
    owner uuid references auth.users (id) on delete cascade,
    body text
);
alter table public.notes enable row level security;
create policy "own" on public.notes for select using (auth.uid() = owner);
