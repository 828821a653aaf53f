use proptest::prelude::*;

use super::*;

/// The name, and how each scheme writes it.
const METRICS: [(&str, &str, &str, &str); 11] = [
    ("", "", "", ""),
    ("a", "a", "a", "a"),
    (
        "no:escaping_required",
        "no:escaping_required",
        "no:escaping__required",
        "no:escaping_required",
    ),
    (
        "mysystem.prod.west",
        "mysystem_prod_west",
        "mysystem_dot_prod_dot_west",
        "U__mysystem_2e_prod_2e_west",
    ),
    ("a_b.c", "a_b_c", "a__b_dot_c", "U__a__b_2e_c"),
    ("9lives", "_lives", "_lives", "U___39_lives"),
    ("_9", "_9", "__9", "_9"),
    ("a b", "a_b", "a_b", "U__a_20_b"),
    ("größe", "gr__e", "gr__e", "U__gr_f6__df_e"),
    ("🦀", "_", "_", "U___1f980_"),
    ("a\n\"\\", "a___", "a___", "U__a_a__22__5c_"),
];

#[test]
fn each_scheme_writes_metric_names_as_its_description_says() {
    for (name, underscores, dots, values) in METRICS {
        let written = Scheme::ALL.map(|scheme| scheme.metric_name(name));
        assert_eq!(written, [underscores, dots, values, name], "{name}");
    }
}

#[test]
fn a_colon_is_legal_in_the_name_of_a_metric_alone() {
    let written = Scheme::ALL.map(|scheme| scheme.label_name("a:b"));
    assert_eq!(written, ["a_b", "a_b", "U__a_3a_b", "a:b"]);
}

#[test]
fn the_names_of_schemes_are_read_back() {
    for scheme in Scheme::ALL {
        assert_eq!(scheme.to_string().parse(), Ok(scheme));
    }
    for unknown in ["", "Dots", "dots ", "utf-8"] {
        assert_eq!(unknown.parse::<Scheme>(), Err(UnknownScheme), "{unknown}");
    }
}

proptest! {
    #[test]
    fn an_escaped_name_is_legal_and_appended_as_it_is_returned(
        name in prop_oneof!["\\PC{1,8}", "[a-c0-9_.: ]{1,8}"],
        colons in any::<bool>(),
    ) {
        for scheme in Scheme::ALL {
            let escaped = scheme.name_of(&name, colons);
            prop_assert!(scheme == Scheme::AllowUtf8 || is_legal(&escaped, colons), "{escaped}");
            let mut appended = "x".to_owned();
            scheme.escape_into(&name, colons, &mut appended);
            prop_assert_eq!(&appended[1..], &*escaped);
        }
    }

    #[test]
    fn the_values_of_a_name_can_be_read_back(name in prop_oneof!["\\PC{1,8}", "[a-c0-9_.: ]{1,8}"]) {
        prop_assume!(!name.starts_with("U__"));
        prop_assert_eq!(unescape(&Scheme::Values.metric_name(&name)), name);
    }

    #[test]
    fn dots_and_underscores_of_a_name_can_be_read_back(name in "[a-c._]{1,8}") {
        let dots = Scheme::Dots.metric_name(&name);
        prop_assert_eq!(dots.replace("_dot_", ".").replace("__", "_"), name);
    }
}

/// The name behind `U__`: digits between single `_`, or two of them for one.
fn unescape(escaped: &str) -> String {
    let Some(mut rest) = escaped.strip_prefix("U__") else { return escaped.to_owned() };
    let mut name = String::new();
    while let Some(char) = rest.chars().next() {
        rest = &rest[char.len_utf8()..];
        if char != '_' {
            name.push(char);
        } else if let Some(after) = rest.strip_prefix('_') {
            name.push('_');
            rest = after;
        } else {
            let (digits, after) = rest.split_once('_').unwrap();
            name.push(char::from_u32(u32::from_str_radix(digits, 16).unwrap()).unwrap());
            rest = after;
        }
    }
    name
}
