//! The compiler's words about programs with the attribute.

#[test]
fn what_is_right_compiles_without_a_warning_and_what_is_wrong_is_told_how_to_mend() {
    let programs = trybuild::TestCases::new();
    programs.pass("tests/ui/good/*.rs");
    programs.compile_fail("tests/ui/misused/*.rs");
}
