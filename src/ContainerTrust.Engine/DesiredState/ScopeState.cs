using System.Text.Json;
using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Formats.Json;
using ContainerTrust.Engine.References;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.DesiredState;

/// <summary>The properties of <c>ContainerTrust/Scope</c>: one entry, as it is or as it is to be.</summary>
internal sealed record ScopeState
{
    private static readonly string[] s_properties =
    [
        "root", "default", "transport", "scope", "requirements", "signatureStore", "signatureStoreStaging", "useSigstoreAttachments",
        "_exist",
    ];

    /// <summary>A directory that is another host's root. Null for this host.</summary>
    public string? Root { get; init; }

    /// <summary>Whether the policy's default is meant.</summary>
    public bool IsDefault { get; init; }

    /// <summary>The transport. Null if none was given: then it is <c>docker</c>.</summary>
    public string? Transport { get; init; }

    /// <summary>The scope. Null if none was given.</summary>
    public string? Scope { get; init; }

    /// <summary>The requirements. Null if they are not spoken of, or the entry does not exist.</summary>
    public IReadOnlyList<TrustRequirement>? Requirements { get; init; }

    /// <summary>The scope's own signature stores; what is null is not spoken of, or does not exist.</summary>
    public LookasideSection Section { get; init; } = new();

    /// <summary>Whether the entry exists, or is to.</summary>
    public bool Exists { get; init; } = true;

    /// <summary>The policy.json that was looked at. Null where that is not said.</summary>
    public string? PolicyPath { get; init; }

    /// <summary>The transport that is meant.</summary>
    public string TransportOrDocker => Transport ?? "docker";

    /// <summary>Whether anything is said but which entries are meant.</summary>
    public bool IsFilter => Requirements is null && Section.IsEmpty && Exists;

    /// <summary>Whether an entry of a host is the one that is named here.</summary>
    /// <param name="entry">The entry.</param>
    public bool IsMeant(ImageTrust entry) => entry.IsDefault == IsDefault
        && (IsDefault || (entry.Transport == TransportOrDocker && entry.Registry == Scope));

    /// <summary>The entry in words.</summary>
    public override string ToString() => ToChange().ToString();

    /// <summary>Reads it.</summary>
    /// <param name="json">The cursor at the start of the object.</param>
    public static ScopeState Read(ref PolicyJson json)
    {
        ScopeState state = new();
        MemberSet seen = default;
        while (json.NextMember(ref seen, out string name))
        {
            state = name switch
            {
                "root" => state with { Root = StateInput.FullPath(ref json) },
                "default" => state with
                {
                    IsDefault = StateInput.Truth(ref json) ? true : throw json.Error(
                        StateInput.ErrorId, "An entry that is not the default has a scope. Leave this property out."),
                },
                "transport" => state with { Transport = StateInput.Text(ref json) },
                "scope" => state with { Scope = StateInput.Text(ref json) },
                "requirements" => state with { Requirements = RequirementReader.ReadList(ref json) },
                "signatureStore" => state with { Section = state.Section with { SignatureStore = Store(ref json) } },
                "signatureStoreStaging" => state with { Section = state.Section with { SignatureStoreStaging = Store(ref json) } },
                "useSigstoreAttachments" =>
                    state with { Section = state.Section with { UseSigstoreAttachments = StateInput.Truth(ref json) } },
                "_exist" => state with { Exists = StateInput.Truth(ref json) },
                "policyPath" or "_inDesiredState" => throw StateInput.ReadOnly(ref json),
                _ => throw json.UnknownMember(name, s_properties),
            };
            json.Leave();
        }

        return state.IsDefault && (state.Transport is not null || state.Scope is not null)
            ? throw json.Error(StateInput.ErrorId, "The default has no transport and no scope. Leave out the one or the other.")
            : state;
    }

    /// <summary>Refuses what names no entry.</summary>
    /// <returns>The same.</returns>
    /// <exception cref="TrustException">It does not say which is meant (<c>InvalidDesiredState</c>).</exception>
    public ScopeState RequireNamed()
    {
        if (IsDefault)
            return this;
        if (Scope is null)
            throw StateInput.Refused("The property \"scope\" is missing. For the policy's default write \"default\": true.");
        if (Scope.Length == 0 && Transport is null)
            throw StateInput.Refused("The empty scope is all of a transport, and none is given. Specify \"transport\": one of "
                + $"{string.Join(", ", TransportScopes.Known)}.");
        return this;
    }

    /// <summary>Refuses an entry that is not there yet and that nothing could be looked up under.</summary>
    /// <exception cref="TrustException">See <see cref="ScopeRules.RequireStated"/>.</exception>
    public void RequirePossible()
    {
        if (!IsDefault)
            ScopeRules.RequireStated(TransportOrDocker, Scope ?? "");
    }

    /// <summary>The change that makes the entry as it is to be.</summary>
    public TrustChange ToChange() => new()
    {
        Transport = IsDefault ? "all" : TransportOrDocker,
        Registry = IsDefault ? "default" : Scope ?? "",
        IsDefault = IsDefault,
        Remove = !Exists,
        Requirements = Exists ? Requirements : null,
        RequiresKeys = Exists,
        Section = Exists && !Section.IsEmpty ? Section : null,

        // Who says nothing of attachments, and asks for signatures that lie there, wants them read.
        SwitchOnAttachments = Exists && Requirements is not null && Section.UseSigstoreAttachments is null,
    };

    /// <summary>The properties that are spoken of here and are otherwise there.</summary>
    /// <param name="there">The entry as it is.</param>
    public List<string> DifferencesFrom(ScopeState there)
    {
        if (Exists != there.Exists)
            return ["_exist"];
        List<string> names = [];
        if (!Exists)
            return names;
        if (Requirements is not null && (there.Requirements is null || !RequirementWriter.MeansSame(Requirements, there.Requirements)))
            names.Add("requirements");
        if (Section.SignatureStore is not null && Section.SignatureStore != there.Section.SignatureStore)
            names.Add("signatureStore");
        if (Section.SignatureStoreStaging is not null && Section.SignatureStoreStaging != there.Section.SignatureStoreStaging)
            names.Add("signatureStoreStaging");
        if (Section.UseSigstoreAttachments is not null && Section.UseSigstoreAttachments != there.Section.UseSigstoreAttachments)
            names.Add("useSigstoreAttachments");
        return names;
    }

    /// <summary>The line that says it.</summary>
    /// <param name="isInDesiredState">Whether the host is as it is to be. Null where that is not asked.</param>
    public string ToLine(bool? isInDesiredState = null) => StateText.Line(json =>
    {
        json.WriteStartObject();
        StateText.WriteText(json, "root", Root);
        if (IsDefault)
        {
            json.WriteBoolean("default"u8, true);
        }
        else
        {
            json.WriteString("transport"u8, TransportOrDocker);
            StateText.WriteText(json, "scope", Scope);
        }

        if (Requirements is not null)
        {
            json.WritePropertyName("requirements"u8);
            RequirementWriter.WriteList(json, Requirements);
        }

        LookasideSection shown = StateText.Shown(Section);
        StateText.WriteText(json, "signatureStore", shown.SignatureStore);
        StateText.WriteText(json, "signatureStoreStaging", shown.SignatureStoreStaging);
        if (shown.UseSigstoreAttachments is { } attachments)
            json.WriteBoolean("useSigstoreAttachments"u8, attachments);
        json.WriteBoolean("_exist"u8, Exists);
        StateText.WriteText(json, "policyPath", PrintableText.LineOrNull(PolicyPath));
        if (isInDesiredState is { } answer)
            json.WriteBoolean("_inDesiredState"u8, answer);
        json.WriteEndObject();
    });

    private static string Store(ref PolicyJson json) => StateInput.Text(ref json) is { Length: > 0 } store ? store
        : throw json.Error(StateInput.ErrorId, "The signature store is empty. Give its URL, or leave the property out.");
}
