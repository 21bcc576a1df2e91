using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Keys;
using ContainerTrust.Engine.Trust.Consumers;
using ContainerTrust.Engine.Trust.Travel;

namespace ContainerTrust.Engine.Trust.Rotation;

/// <summary>A scope on its way from one key to another.</summary>
/// <param name="State">Where it is.</param>
/// <param name="Change">What makes the step that is asked for. Null if nothing is to be done, or it is not possible.</param>
/// <param name="Error">Why it is not possible. Null if it is.</param>
public sealed record RotationScope(KeyRotationState State, TrustChange? Change, TrustException? Error);

/// <summary>
/// Exchanges a key for another on one host, in two steps with an overlap: first either key is enough, and when all images that are in use
/// are signed by the new one, the old one goes. A step that is done already is not done again.
/// </summary>
public sealed class KeyRotation
{
    private readonly TrustStore _store;
    private readonly KeyRotationRequest _request;
    private readonly bool _hasScopes;

    /// <summary>An exchange on a host.</summary>
    /// <param name="store">The host's files.</param>
    /// <param name="request">Which keys, and where.</param>
    public KeyRotation(TrustStore store, KeyRotationRequest request)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(request);
        request.RequirePossible();
        _store = store;
        _request = request;
        _hasScopes = request.IsDefault || request.Registries.Count > 0;
    }

    private string NewPath => $"{(_request.KeyDirectory ?? KeyCopies.Default(_store.Locations)).TrimEnd('/')}/" +
        Path.GetFileName(_request.NewKey.Path);

    /// <summary>Where the scopes are, by the files as they are now.</summary>
    /// <returns>The scopes that were named, or all that have one of the keys; one without a scope if there is none.</returns>
    /// <exception cref="TrustException">There is no policy, or it cannot be read.</exception>
    public IReadOnlyList<RotationScope> Find() => Look(static (_, _) => null);

    /// <summary>What brings the scopes to a step.</summary>
    /// <param name="step"><see cref="KeyRotationStep.Both"/>, or <see cref="KeyRotationStep.NewOnly"/>.</param>
    /// <returns>The scopes, as <see cref="Find"/> has them, with their changes or errors.</returns>
    /// <exception cref="TrustException">There is no policy, or it cannot be read, or the new key cannot sign now.</exception>
    public IReadOnlyList<RotationScope> Plan(KeyRotationStep step)
    {
        RequireNewKey();
        return Look((scope, keys) => Change(scope, keys, step));
    }

    private List<RotationScope> Look(Func<Scope, RotationKeys, TrustChange?> change)
    {
        PolicyDocument policy = _store.ReadPolicy();
        Scope[] scopes = [.. Scopes(policy)];
        _store.Host.Prefetch(PolicyFiles.Of(scopes.SelectMany(static s => s.Requirements)));
        RotationKeys keys = new(_store.Host, _request);
        List<RotationScope> found = [];
        foreach (Scope scope in scopes)
        {
            try
            {
                KeyRotationStep step = keys.StepOf(scope.Requirements);
                if (step == KeyRotationStep.Neither && !_hasScopes)
                    continue;
                found.Add(new RotationScope(State(scope, step, null), null, null));
                TrustChange? wanted = change(scope, keys);
                found[^1] = found[^1] with { Change = wanted };
            }
            catch (TrustException e) when (e.Kind != TrustErrorKind.ConnectionFailed)
            {
                bool isKnown = found is [.., { State: { } last }] && last.Registry == scope.Registry && last.Transport == scope.Transport;
                RotationScope failed = new(State(scope, isKnown ? found[^1].State.Step : KeyRotationStep.NotChecked, e), null, e);
                if (isKnown)
                    found[^1] = failed;
                else
                    found.Add(failed);
            }
        }

        return found.Count > 0 ? found : [new RotationScope(
            new KeyRotationState
            {
                ComputerName = _store.Host.ComputerName,
                Step = KeyRotationStep.Neither,
                Reason = "No scope of this host's policy has one of the keys.",
            }, null, null)];
    }

    private KeyRotationState State(Scope scope, KeyRotationStep step, TrustException? error) => new()
    {
        ComputerName = _store.Host.ComputerName,
        Transport = scope.Transport,
        Registry = scope.Registry,
        Step = step,
        ErrorId = error?.ErrorId,
        Reason = error?.Message,
    };

    private IEnumerable<Scope> Scopes(PolicyDocument policy)
    {
        if (_request.IsDefault || !_hasScopes)
            yield return new Scope("all", "default", true, policy.Default);
        if (_hasScopes)
        {
            foreach (string name in _request.Registries)
                yield return new Scope(_request.Transport, name, false, policy.FindTransport(_request.Transport)?.Find(name) ?? []);
            yield break;
        }

        foreach (PolicyTransport transport in policy.Transports)
        {
            foreach (PolicyScope scope in transport.Scopes)
                yield return new Scope(transport.Name, scope.Name, false, scope.Requirements);
        }
    }

    private TrustChange? Change(Scope scope, RotationKeys keys, KeyRotationStep step)
    {
        KeyRotationStep now = keys.StepOf(scope.Requirements);
        if (now == step || now == KeyRotationStep.NewOnly)
            return null;
        if (now == KeyRotationStep.Neither)
            throw new TrustException(
                "OldKeyNotFound",
                TrustErrorKind.NotFound,
                $"The requirements of {scope.Name} have neither the old key nor the new one, so nothing is exchanged there. Look at them " +
                $"with {Advice.Of(TrustOperation.Get, _store.Target)}.")
            {
                Target = scope.Registry,
            };
        if (step == KeyRotationStep.NewOnly && now != KeyRotationStep.Both)
            throw new TrustException(
                "RotationNotBegun",
                TrustErrorKind.InvalidArgument,
                $"{scope.Name} still demands a signature by the old key and does not accept the new one, so it cannot be taken away. " +
                "Nothing was changed. Add the new key first.")
            {
                Target = scope.Registry,
            };
        RotationForms forms = new(_request.NewKey, NewPath, KnowsKeyPaths(), keys.ContentOf);
        TrustRequirement[] then =
        [
            .. scope.Requirements.Select(r => step == KeyRotationStep.Both
                ? keys.HasOld(r) && !keys.HasNew(r) ? forms.Add(r) : r
                : keys.HasOld(r) ? forms.Remove(r, keys.Of, _request.OldFingerprints) : r),
        ];
        return new TrustChange
        {
            Transport = scope.Transport,
            Registry = scope.Registry,
            IsDefault = scope.IsDefault,
            Requirements = then,
            IsForced = _request.Force,
            Copies = forms.Copies,
            MadeFrom = scope.Requirements,
        };
    }

    // The old key may have ended already: that is what it is exchanged for.
    private void RequireNewKey()
    {
        string data = Convert.ToBase64String(_request.NewKey.Content.Span);
        TrustRequirement alone = _request.NewKey.IsOpenPgp ? new SignedByRequirement { KeyData = data }
            : new SigstoreSignedRequirement { KeyData = data };
        _store.CheckKeys([alone], _request.Force);
    }

    private bool KnowsKeyPaths() =>
        InstalledReleases.ImageOf(_store.Host, _store.Locations.Release) is not { } image || image >= PolicyMembers.KeyPathsSince;

    private sealed record Scope(string Transport, string Registry, bool IsDefault, IReadOnlyList<TrustRequirement> Requirements)
    {
        public string Name => IsDefault ? "The default"
            : Printable.Of(Transport == "docker" && Registry.Length > 0 ? Registry : $"{Transport}:{Registry}", Printable.NameLength);
    }
}
