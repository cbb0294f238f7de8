// @generated automatically by Diesel CLI.

diesel::table! {
    heroes (id) {
        id -> Integer,
        name -> Text,
        team_id -> Nullable<Integer>,
        #[sql_name = "type"]
        kind -> Text,
    }
}

diesel::table! {
    teams (id) {
        id -> Integer,
        #[max_length = 50]
        name -> Varchar,
    }
}

diesel::joinable!(heroes -> teams (team_id));

diesel::allow_tables_to_appear_in_same_query!(heroes, teams,);
