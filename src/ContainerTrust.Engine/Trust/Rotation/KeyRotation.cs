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
    private const int Shown = 5;

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
    /// <param name="isAfterChange">Whether the old key was just taken away, so that it may be nowhere any more.</param>
    /// <returns>The scopes that were named, or all that have one of the keys; one without a scope if there is none.</returns>
    /// <exception cref="TrustException">There is no policy, or it cannot be read.</exception>
    public IReadOnlyList<RotationScope> Find(bool isAfterChange = false) => Look(static (_, _) => null, isAfterChange);

    /// <summary>What brings the scopes to a step.</summary>
    /// <param name="step"><see cref="KeyRotationStep.Both"/>, or <see cref="KeyRotationStep.NewOnly"/>.</param>
    /// <returns>The scopes, as <see cref="Find"/> has them, with their changes or errors.</returns>
    /// <exception cref="TrustException">There is no policy, or it cannot be read, or the new key cannot sign now.</exception>
    public IReadOnlyList<RotationScope> Plan(KeyRotationStep step)
    {
        RequireNewKey();
        return Look((scope, keys) => Change(scope, keys, step));
    }

    /// <summary>Where the scopes are after a step was made.</summary>
    /// <param name="planned">The scopes, as <see cref="Plan"/> has them.</param>
    /// <param name="done">The changes that were made.</param>
    /// <param name="failed">The changes that were not possible, and why.</param>
    /// <returns>The states, in the order of the scopes.</returns>
    /// <exception cref="TrustException">There is no policy any more, or it cannot be read.</exception>
    public IReadOnlyList<KeyRotationState> StatesAfter(
        IReadOnlyList<RotationScope> planned,
        IReadOnlyList<TrustChange> done,
        IReadOnlyDictionary<TrustChange, TrustException> failed)
    {
        ArgumentNullException.ThrowIfNull(planned);
        ArgumentNullException.ThrowIfNull(done);
        ArgumentNullException.ThrowIfNull(failed);
        IReadOnlyList<RotationScope> now = done.Count > 0 ? Find(isAfterChange: true) : planned;
        return [.. planned.Select(scope =>
        {
            KeyRotationState state = now.FirstOrDefault(n => IsSame(n.State, scope.State))?.State ?? scope.State;
            TrustException? error = scope.Change is { } change ? failed.GetValueOrDefault(change) : scope.Error;
            return state with
            {
                IsChanged = scope.Change is { } own && done.Any(d => ReferenceEquals(d, own)),
                ErrorId = error?.ErrorId ?? state.ErrorId,
                Reason = error?.Message ?? state.Reason,
            };
        })];
    }

    private static bool IsSame(KeyRotationState one, KeyRotationState other) =>
        one.Transport == other.Transport && one.Registry == other.Registry;

    private List<RotationScope> Look(Func<Scope, RotationKeys, TrustChange?> change, bool isAfterChange = false)
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
                found.Add(new RotationScope(Explained(State(scope, step, null), scope, keys), null, null));
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

        if (found.Count > 0)
            return isAfterChange ? found : DoubtOldKey(found, policy, keys);
        return [new RotationScope(
            new KeyRotationState
            {
                ComputerName = _store.Host.ComputerName,
                Step = KeyRotationStep.Neither,
                Reason = "No scope of this host's policy has one of the keys.",
            }, null, null)];
    }

    /// <summary>Where the old key still counts, besides the scopes that were named.</summary>
    /// <returns>A sentence. Null if it counts nowhere else, as far as the files can be read.</returns>
    /// <exception cref="TrustException">There is no policy, or it cannot be read.</exception>
    public string? FindOldElsewhere()
    {
        if (!_hasScopes)
            return null;
        PolicyDocument policy = _store.ReadPolicy();
        RotationKeys keys = new(_store.Host, _request);
        Scope[] named = [.. Scopes(policy)];
        Scope[] others = [.. AllScopes(policy).Where(s => !named.Any(n => n.Transport == s.Transport && n.Registry == s.Registry)
            && HasOld(s, keys))];
        return others.Length == 0 ? null
            : $"On {_store.Host.ComputerName} the old key still counts for "
                + string.Join(", ", others.Take(Shown).Select(static s => s.Name))
                + $"{(others.Length > Shown ? $" and {others.Length - Shown} more" : "")}, which this call does not name.";
    }

    // A fingerprint that is mistyped, or one of two old keys, must not look as if nothing were left to do.
    private static List<RotationScope> DoubtOldKey(List<RotationScope> found, PolicyDocument policy, RotationKeys keys)
    {
        if (!found.Exists(static f => f.State is { Step: KeyRotationStep.NewOnly, Reason: not null, ErrorId: null })
            || AllScopes(policy).Any(s => HasOld(s, keys)))
            return found;
        return found.ConvertAll(f => f.State is { Step: KeyRotationStep.NewOnly, Reason: { } reason, ErrorId: null }
            ? f with
            {
                State = f.State with
                {
                    ErrorId = "OldKeyNotFound",
                    Reason = $"{reason} The old key that you named is nowhere in this host's policy. If one of those is meant, specify " +
                        "its fingerprint.",
                },
            }
            : f);
    }

    private static bool HasOld(Scope scope, RotationKeys keys)
    {
        try
        {
            return scope.Requirements.Any(keys.HasOld);
        }
        catch (TrustException e) when (e.Kind != TrustErrorKind.ConnectionFailed)
        {
            // What cannot be read is reported where the scope itself is looked at.
            return false;
        }
    }

    private static KeyRotationState Explained(KeyRotationState state, Scope scope, RotationKeys keys)
    {
        if (keys.WhyNewIsUnusable(scope.Requirements) is { } unusable)
            return state with { Reason = unusable };
        bool hasNew = state.Step is KeyRotationStep.NewOnly or KeyRotationStep.Both;
        IReadOnlyList<TrustKey> others = hasNew ? keys.Others(scope.Requirements) : [];
        return others.Count == 0 ? state : state with
        {
            Reason = $"Other keys count too: {string.Join(", ", others.Take(Shown).Select(static k => k.ToString()))}"
                + $"{(others.Count > Shown ? $" and {others.Count - Shown} more" : "")}.",
        };
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
        if (!_hasScopes)
            return AllScopes(policy);
        IEnumerable<Scope> named = _request.Registries.Select(
            name => new Scope(_request.Transport, name, false, policy.FindTransport(_request.Transport)?.Find(name) ?? []));
        return _request.IsDefault ? named.Prepend(OfDefault(policy)) : named;
    }

    private static Scope OfDefault(PolicyDocument policy) => new("all", "default", true, policy.Default);

    private static IEnumerable<Scope> AllScopes(PolicyDocument policy)
    {
        yield return OfDefault(policy);
        foreach (PolicyTransport transport in policy.Transports)
        {
            foreach (PolicyScope scope in transport.Scopes)
                yield return new Scope(transport.Name, scope.Name, false, scope.Requirements);
        }
    }

    private TrustChange? Change(Scope scope, RotationKeys keys, KeyRotationStep step)
    {
        KeyRotationStep now = keys.StepOf(scope.Requirements);
        if (!_request.Force && keys.WhyNewIsUnusable(scope.Requirements) is { } unusable)
            throw new TrustException("NoSigningKey", TrustErrorKind.InvalidData, $"{unusable} Nothing was changed.")
            {
                Target = scope.Registry,
            };
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
        RotationForms forms = new(_request, NewPath, InstalledReleases.Find(_store.Host, _store.Locations.Release), keys);
        if (step == KeyRotationStep.Both && !_request.Force)
            RequireAsManySigners(scope, keys);
        TrustRequirement[] then =
        [
            .. scope.Requirements.Select(r => !keys.HasOld(r) ? r
                : step == KeyRotationStep.NewOnly ? forms.Remove(r) : keys.HasNew(r) ? r : forms.Add(r)),
        ];
        if (step == KeyRotationStep.NewOnly)
            _store.CheckKeysThen(then, forms.Copies, _request.Force);
        return new TrustChange
        {
            Transport = scope.Transport,
            Registry = scope.Registry,
            IsDefault = scope.IsDefault,
            Requirements = then,
            RequiresKeys = step == KeyRotationStep.NewOnly && !_request.Force,
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

    // One signature by the new key must not meet requirements that two signers had to meet.
    private static void RequireAsManySigners(Scope scope, RotationKeys keys)
    {
        TrustRequirement[] met = [.. scope.Requirements.Where(r => keys.HasOld(r) || keys.HasNew(r))];
        if (met.Length < 2 || keys.FingerprintsOf(met[0]).Any(f => met.All(r => keys.FingerprintsOf(r).Contains(f))))
            return;
        throw new TrustException(
            "RequirementsCollapse",
            TrustErrorKind.InvalidData,
            $"{scope.Name} demands signatures by different keys, and one by the new key would then be enough for {met.Length} of its " +
            $"requirements. Nothing was changed. Exchange the keys one by one, each for a new key of its own, or use {TrustOption.Force}.")
        {
            Target = scope.Registry,
        };
    }

    private sealed record Scope(string Transport, string Registry, bool IsDefault, IReadOnlyList<TrustRequirement> Requirements)
    {
        public string Name => IsDefault ? "The default"
            : Printable.Of(Transport == "docker" && Registry.Length > 0 ? Registry : $"{Transport}:{Registry}", Printable.NameLength);
    }
}
