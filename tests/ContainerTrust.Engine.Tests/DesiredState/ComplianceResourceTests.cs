using System.Text.Json.Nodes;
using ContainerTrust.Engine.DesiredState;

namespace ContainerTrust.Engine.Tests.DesiredState;

/// <summary><c>ContainerTrust/Compliance</c>: looks, and sets nothing.</summary>
public sealed class ComplianceResourceTests
{
    private const string Compliance = "compliance";
    private const string NoFiles = """{"excludeRules":["File*"]}""";

    [Fact]
    public void A_host_is_in_its_desired_state_if_it_is_compliant()
    {
        using DscRoot good = new(), bad = new("""{"default":[{"type":"insecureAcceptAnything"}]}""");
        (JsonObject state, string[] names) = good.Change(Compliance, DscOperation.Test, NoFiles);
        Assert.True(state["_inDesiredState"]!.GetValue<bool>());
        Assert.Empty(names);
        (state, names) = bad.Change(Compliance, DscOperation.Test, NoFiles);
        Assert.False(state["_inDesiredState"]!.GetValue<bool>());
        Assert.Equal(["findings"], names);
        Assert.Equal("DefaultAcceptsAnything", state["findings"]![0]!["ruleId"]!.GetValue<string>());
        JsonObject got = bad.Get(Compliance, NoFiles);
        Assert.False(got["compliant"]!.GetValue<bool>());
        Assert.Null(got["_inDesiredState"]);
    }

    [Fact]
    public void Severity_rules_and_days_are_those_that_were_asked_for()
    {
        using DscRoot root = new("""{"default":[{"type":"insecureAcceptAnything"}]}""");
        const string Wanted =
            """{"excludeRules":["File*","DefaultAcceptsAnything"],"minimumSeverity":"error","expiringWithinDays":7}""";
        JsonObject state = root.Change(Compliance, DscOperation.Test, Wanted).State;
        Assert.True(state["_inDesiredState"]!.GetValue<bool>(), state.ToJsonString());
        Assert.Equal(7, state["expiringWithinDays"]!.GetValue<double>());
        Assert.Equal("error", state["minimumSeverity"]!.GetValue<string>());
    }

    [Fact]
    public void A_host_is_compared_with_a_baseline()
    {
        using DscRoot root = new(), baseline = new(
            """{"default":[{"type":"reject"}],"transports":{"docker":{"a.example.com":[{"type":"reject"}]}}}""");
        string path = Path.GetDirectoryName(Path.GetDirectoryName(baseline.Key))!;
        string wanted = $$"""{"excludeRules":["File*"],"baseline":["{{path}}"]}""";
        (JsonObject state, string[] names) = root.Change(Compliance, DscOperation.Test, wanted);
        Assert.Equal(["findings"], names);
        Assert.Contains(state["findings"]!.AsArray(), static f => f!["ruleId"]!.GetValue<string>() == "BaselineScopeMissing");
        root.Change("policy", DscOperation.Set, Assert.Single(baseline.Call("policy", DscOperation.Export))
            .Replace($"\"root\":\"{path}\",", "", StringComparison.Ordinal));
        Assert.Empty(root.Change(Compliance, DscOperation.Test, wanted).Names);
    }

    [Fact]
    public void A_baseline_without_a_file_compares_nothing_and_is_no_pass()
    {
        using DscRoot root = new();
        foreach (DscOperation operation in (DscOperation[])[DscOperation.Get, DscOperation.Test])
            Assert.Equal("EmptyBaseline", root.Refused(Compliance, operation, """{"excludeRules":["File*"],"baseline":[]}""").ErrorId);
    }

    [Theory]
    [InlineData(DscOperation.Set)]
    [InlineData(DscOperation.WhatIf)]
    [InlineData(DscOperation.Delete)]
    [InlineData(DscOperation.Export)]
    public void Nothing_is_set_by_it(DscOperation operation)
    {
        using DscRoot root = new();
        Assert.Equal("DscOperationNotSupported", root.Refused(Compliance, operation, NoFiles).ErrorId);
    }

    [Fact]
    public void What_cannot_be_checked_is_an_error_or_a_finding_and_never_compliant()
    {
        using DscRoot root = new("{ broken");
        Assert.False(root.Change(Compliance, DscOperation.Test, NoFiles).State["_inDesiredState"]!.GetValue<bool>());
        Assert.ThrowsAny<TrustException>(() => DscResource.Run(
            Compliance, DscOperation.Test, """{"root":"/nonexistent/root"}"""u8.ToArray(), TrustMessages.None));
        root.Refused(Compliance, DscOperation.Test, """{"baseline":["/nonexistent/baseline"]}""");
    }
}
