// @generated automatically by Diesel CLI.

diesel::table! {
    tasks (id) {
        id -> Int4,
        title -> Text,
        note -> Nullable<Text>,
        color -> Nullable<Text>,
        position -> Nullable<Int4>,
        #[sql_name = "kind"]
        kind_ -> Nullable<Text>,
    }
}

diesel::table! {
    labels (id) {
        id -> Int4,
        name -> Text,
    }
}

diesel::table! {
    drafts (id) {
        id -> Int4,
        name -> Text,
    }
}

diesel::table! {
    notes (id) {
        id -> Int4,
        body -> Text,
    }
}
