//! What comes with PostgreSQL's extensions, by the names that a schema uses (their control and
//! script files, PostgreSQL 14 to 18, PostGIS 3, pgvector 0.8).

const TYPES: &[(&str, &[&str])] = &[
    ("citext", &["citext"]),
    ("cube", &["cube"]),
    ("hstore", &["hstore"]),
    ("isn", &["ean13", "isbn", "isbn13", "ismn", "ismn13", "issn", "issn13", "upc"]),
    ("ltree", &["ltree", "lquery", "ltxtquery"]),
    ("postgis", &["geometry", "geography", "box2d", "box3d"]),
    ("seg", &["seg"]),
    ("vector", &["vector", "halfvec", "sparsevec"]),
];

const FUNCTIONS: &[(&str, &[&str])] = &[
    ("moddatetime", &["moddatetime"]),
    ("pg_trgm", &["similarity", "word_similarity", "strict_word_similarity", "show_trgm"]),
    ("pgcrypto", &["digest", "hmac", "crypt", "gen_salt", "gen_random_bytes", "pgp_sym_encrypt"]),
    ("unaccent", &["unaccent"]),
    (
        "uuid-ossp",
        &[
            "uuid_generate_v1",
            "uuid_generate_v1mc",
            "uuid_generate_v3",
            "uuid_generate_v4",
            "uuid_generate_v5",
            "uuid_nil",
        ],
    ),
];

const OPCLASSES: &[(&str, &[&str])] = &[
    ("pg_trgm", &["gin_trgm_ops", "gist_trgm_ops"]),
    ("intarray", &["gin__int_ops", "gist__int_ops", "gist__intbig_ops"]),
    ("ltree", &["gist_ltree_ops", "gist__ltree_ops"]),
    (
        "vector",
        &[
            "vector_l2_ops",
            "vector_ip_ops",
            "vector_cosine_ops",
            "vector_l1_ops",
            "halfvec_l2_ops",
            "halfvec_ip_ops",
            "halfvec_cosine_ops",
            "sparsevec_l2_ops",
            "bit_hamming_ops",
            "bit_jaccard_ops",
        ],
    ),
];

fn found(table: &[(&'static str, &[&str])], name: &str) -> Option<&'static str> {
    table.iter().find(|(_, names)| names.contains(&name)).map(|(extension, _)| *extension)
}

/// The extension that makes a type.
pub fn of_type(name: &str) -> Option<&'static str> {
    found(TYPES, name)
}

/// The types that an extension makes; `None`: the extension is not known here.
pub fn types_of(extension: &str) -> Option<&'static [&'static str]> {
    TYPES.iter().find(|(name, _)| *name == extension).map(|(_, types)| *types)
}

/// The extension that makes a function.
pub fn of_function(name: &str) -> Option<&'static str> {
    found(FUNCTIONS, name)
}

/// The extension that makes an operator class, given with or without parameters.
pub fn of_opclass(written: &str) -> Option<&'static str> {
    found(OPCLASSES, written.split('(').next().unwrap_or_default().trim())
}
