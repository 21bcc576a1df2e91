@{
    ExcludeRules = @(
        # In Pester, what BeforeAll assigns is used in the It blocks, which the rule does not see.
        'PSUseDeclaredVarsMoreThanAssignments'
        # The script blocks that go to other sessions have parameters; the rule does not see those either.
        'PSUseUsingScopeModifierInNewRunspaces'
    )
}
