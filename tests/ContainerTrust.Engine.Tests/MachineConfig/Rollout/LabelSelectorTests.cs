using System.Text.Json;
using ContainerTrust.Engine.MachineConfig.Rollout;

namespace ContainerTrust.Engine.Tests.MachineConfig.Rollout;

public sealed class LabelSelectorTests
{
    private static readonly Dictionary<string, string> Labels = new() { ["role"] = "worker", ["tier"] = "" };

    [Theory]
    [InlineData("""{"matchLabels":{"role":"worker"}}""", true, "role=worker")]
    [InlineData("""{"matchLabels":{"role":"infra"}}""", false, "role=infra")]
    [InlineData("""{"matchLabels":{"role":"worker","tier":""}}""", true, "role=worker,tier=")]
    [InlineData("""{"matchLabels":{"role":"worker","zone":"a"}}""", false, "role=worker,zone=a")]
    [InlineData("""{"matchExpressions":[{"key":"role","operator":"In","values":["worker","infra"]}]}""", true, "role in (worker,infra)")]
    [InlineData("""{"matchExpressions":[{"key":"role","operator":"NotIn","values":["worker"]}]}""", false, "role notin (worker)")]
    [InlineData("""{"matchExpressions":[{"key":"zone","operator":"NotIn","values":["a"]}]}""", true, "zone notin (a)")]
    [InlineData("""{"matchExpressions":[{"key":"tier","operator":"Exists"}]}""", true, "tier")]
    [InlineData("""{"matchExpressions":[{"key":"tier","operator":"DoesNotExist","values":[]}]}""", false, "!tier")]
    [InlineData("""{"matchLabels":{"role":"worker"},"matchExpressions":[{"key":"tier","operator":"DoesNotExist"}]}""", false,
        "role=worker,!tier")]
    [InlineData("{}", false, "")]
    [InlineData("""{"matchLabels":{},"matchExpressions":[]}""", false, "")]
    public void A_selector_selects_as_Kubernetes_does_and_an_empty_one_nothing(string json, bool selects, string text)
    {
        LabelSelector selector = LabelSelector.Read(JsonElement.Parse(json))!;
        Assert.Equal((selects, text), (selector.Selects(Labels), selector.ToString()));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("""{"matchLabels":["role"]}""")]
    [InlineData("""{"matchLabels":{"role":1}}""")]
    [InlineData("""{"matchExpressions":{}}""")]
    [InlineData("""{"matchExpressions":[{"key":"role"}]}""")]
    [InlineData("""{"matchExpressions":[{"key":"role","operator":"Like","values":["w"]}]}""")]
    [InlineData("""{"matchExpressions":[{"key":"role","operator":"0","values":["w"]}]}""")]
    [InlineData("""{"matchExpressions":[{"key":"role","operator":"In","values":[]}]}""")]
    [InlineData("""{"matchExpressions":[{"key":"role","operator":"Exists","values":["w"]}]}""")]
    [InlineData("""{"matchExpressions":[{"key":"role","operator":"In","values":[1]}]}""")]
    public void A_selector_that_is_not_understood_is_none(string json) => Assert.Null(LabelSelector.Read(JsonElement.Parse(json)));

    [Fact]
    public void No_selector_selects_nothing() => Assert.False(LabelSelector.Read(null)!.Selects(Labels));
}
