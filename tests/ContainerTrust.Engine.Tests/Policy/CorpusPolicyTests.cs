using ContainerTrust.Engine.Config.Policy;

namespace ContainerTrust.Engine.Tests.Policy;

/// <summary>The reference implementation's own example of a policy with everything in it.</summary>
public sealed class CorpusPolicyTests
{
    [SkippableFact]
    public void The_reference_implementations_example_is_read_and_written()
    {
        string? path = SharedCorpus.Find("containers-image/policy.json");
        Skip.If(path is null, SharedCorpus.Missing);
        byte[] content = File.ReadAllBytes(path);
        PolicyDocument policy = PolicyReader.Read(content, path);
        Assert.Equal(TrustType.Reject, ImageTrust.Summarize(policy.Default));
        Assert.Equal(14, policy.FindTransport("docker")!.Scopes.Count);

        PolicyEditor editor = new("{\"default\": [{\"type\": \"insecureAcceptAnything\"}]}"u8.ToArray(), "copy");
        Assert.True(editor.SetDefault(policy.Default));
        PolicyEditor same = new(content, path);
        foreach (PolicyTransport transport in policy.Transports)
        {
            foreach (PolicyScope scope in transport.Scopes)
            {
                byte[] json = RequirementWriter.ToCompactJson(scope.Requirements);
                Assert.True(RequirementWriter.MeansSame(scope.Requirements,
                    PolicyReader.Read([.. "{\"default\":"u8, .. json, .. "}"u8], path).Default), scope.Name);
                Assert.True(editor.SetScope(transport.Name, scope.Name, scope.Requirements));
                Assert.False(same.SetScope(transport.Name, scope.Name, scope.Requirements));
            }
        }

        Assert.Equal(content, same.ToBytes());
        PolicyDocument copy = PolicyReader.Read(editor.ToBytes(), "copy");
        Assert.Equal(
            policy.Transports.SelectMany(static t => t.Scopes.Select(s => (t.Name, s.Name))),
            copy.Transports.SelectMany(static t => t.Scopes.Select(s => (t.Name, s.Name))));
        foreach (PolicyTransport transport in policy.Transports)
            Assert.All(transport.Scopes,
                s => Assert.True(RequirementWriter.MeansSame(s.Requirements, copy.FindTransport(transport.Name)!.Find(s.Name)!)));
    }
}
