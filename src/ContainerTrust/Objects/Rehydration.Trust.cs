using System.Management.Automation;

namespace ContainerTrust.Commands.Objects;

/// <content>Entries and their differences.</content>
internal static partial class Rehydration
{
    // What was cut to words on the way is still there as one text; whoever changed a property of a whole bag means what the property says.
    private static ImageTrust ImageTrust(PropertyBag bag)
    {
        try
        {
            return FromParts(bag);
        }
        catch (PSInvalidCastException) when (bag.TextIfAny(nameof(ContainerTrust.ImageTrust.Definition)) is not null)
        {
            try
            {
                return AsShown(ContainerTrust.ImageTrust.Parse(bag.RequiredText(nameof(ContainerTrust.ImageTrust.Definition))), bag);
            }
            catch (FormatException e)
            {
                throw new PSInvalidCastException(e.Message, e);
            }
        }
    }

    // Somebody who set a property of the bag, or was shown another entry than the text says, must not get the text's.
    private static ImageTrust AsShown(ImageTrust trust, PropertyBag bag)
    {
        (string Name, string? Value)[] texts =
        [
            ("ComputerName", trust.ComputerName), ("Transport", trust.Transport), ("Registry", trust.Registry),
            ("SignatureStore", trust.SignatureStore),
            ("SignatureStoreStaging", trust.SignatureStoreStaging), ("PolicyPath", trust.PolicyPath),
            ("PolicyLevel", trust.PolicyLevel), ("PolicyHides", trust.PolicyHides),
            ("RegistriesPath", trust.RegistriesPath),
            ("StorePath", trust.StorePath), ("StoreLevel", trust.StoreLevel), ("StoreHides", trust.StoreHides),
        ];
        foreach ((string name, string? value) in texts)
        {
            if (bag.Has(name) && bag.Text(name) != value)
                throw new PSInvalidCastException($"The property {name} and Definition contradict each other.");
        }

        if ((bag.Has("IsDefault") && bag.Truth("IsDefault") != trust.IsDefault)
            || (bag.Has("UseSigstoreAttachments") && bag.Truth("UseSigstoreAttachments") != trust.UseSigstoreAttachments))
            throw new PSInvalidCastException("The properties and Definition contradict each other.");
        return trust;
    }

    private static ImageTrust FromParts(PropertyBag bag) => FromParts(bag, Hidden(bag));

    private static ImageTrust FromParts(PropertyBag bag, ImageTrust? hidden) => new()
    {
        ComputerName = bag.RequiredText("ComputerName"),
        Transport = bag.RequiredText("Transport"),
        Registry = bag.RequiredText("Registry"),
        IsDefault = Required(bag.Truth("IsDefault")),
        Requirements = bag.Objects<TrustRequirement>("Requirements"),
        Keys = bag.Objects<TrustKey>("Keys"),
        SignatureStore = bag.Text("SignatureStore"),
        SignatureStoreStaging = bag.Text("SignatureStoreStaging"),
        UseSigstoreAttachments = bag.Truth("UseSigstoreAttachments"),
        Section = bag.Object<LookasideSection>("Section"),
        PolicyPath = bag.Text("PolicyPath"),
        PolicyLevel = bag.Text("PolicyLevel"),
        PolicyHides = bag.Text("PolicyHides"),
        RegistriesPath = bag.Text("RegistriesPath"),
        StorePath = bag.Text("StorePath"),
        StoreLevel = bag.Text("StoreLevel"),
        StoreHides = bag.Text("StoreHides"),
        Origin = bag.Has("Origin") ? bag.Object<ImageTrustOrigin>("Origin") : null,
        StoresRead = hidden?.StoresRead,
        IsWhole = hidden?.IsWhole,
        Reference = bag.Text("Reference"),
        Reason = bag.Text("Reason"),
    };

    // Which stores were in force when the entry was read, and whether it is whole, is in its Definition alone.
    private static ImageTrust? Hidden(PropertyBag bag)
    {
        if (bag.TextIfAny(nameof(ContainerTrust.ImageTrust.Definition)) is not { } definition)
            return null;
        try
        {
            return ContainerTrust.ImageTrust.Parse(definition);
        }
        catch (FormatException)
        {
            // Of another release; the properties are whole all the same.
            return null;
        }
    }

    private static KeyRotationState Rotation(PropertyBag bag) => new()
    {
        ComputerName = bag.RequiredText("ComputerName"),
        Transport = bag.Text("Transport"),
        Registry = bag.Text("Registry"),
        Step = bag.Choice<KeyRotationStep>("Step"),
        IsChanged = Required(bag.Truth("IsChanged")),
        ErrorId = bag.Text("ErrorId"),
        Reason = bag.Text("Reason"),
    };

    private static ImageTrustDifference Difference(PropertyBag bag) => new()
    {
        Transport = bag.RequiredText("Transport"),
        Registry = bag.RequiredText("Registry"),
        IsDefault = Required(bag.Truth("IsDefault")),
        Verdict = bag.Choice<ImageTrustVerdict>("Verdict"),
        Presence = bag.Choice<ImageTrustPresence>("Presence"),
        Reference = bag.RequiredText("Reference"),
        Difference = bag.RequiredText("Difference"),
        ReferenceTrust = bag.RequiredText("ReferenceTrust"),
        DifferenceTrust = bag.RequiredText("DifferenceTrust"),
        AddedKeys = Required(bag.Texts("AddedKeys")),
        RemovedKeys = Required(bag.Texts("RemovedKeys")),
        ReferenceStore = bag.Text("ReferenceStore"),
        DifferenceStore = bag.Text("DifferenceStore"),
        Reasons = Required(bag.Texts("Reasons")),
        ReferenceEntry = bag.Object<ImageTrust>("ReferenceEntry"),
        DifferenceEntry = bag.Object<ImageTrust>("DifferenceEntry"),
    };

    private static ImageEnforcementResult Enforcement(PropertyBag bag) => new()
    {
        Status = bag.Choice<ImageEnforcementStatus>("Status"),
        ComputerName = bag.RequiredText("ComputerName"),
        User = bag.Text("User"),
        Image = bag.RequiredText("Image"),
        Owner = Required(bag.Texts("Owner")),
        IsPresent = Required(bag.Truth("IsPresent")),
        AcceptedNow = bag.Truth("AcceptedNow"),
        AcceptedThen = bag.Truth("AcceptedThen"),
        IsSigned = bag.Truth("IsSigned"),
        Reason = bag.RequiredText("Reason"),
        ReasonNow = bag.Text("ReasonNow"),
        ScopeNow = bag.Text("ScopeNow"),
        ScopeThen = bag.Text("ScopeThen"),
        ManifestDigest = bag.Text("ManifestDigest"),
        StoredDigest = bag.Text("StoredDigest"),
        ErrorId = bag.Text("ErrorId"),
    };

    private static ImageTrustChange Change(PropertyBag bag) => new()
    {
        ComputerName = bag.RequiredText("ComputerName"),
        Transport = bag.RequiredText("Transport"),
        Registry = bag.RequiredText("Registry"),
        IsDefault = Required(bag.Truth("IsDefault")),
        Status = bag.Choice<ImageTrustChangeStatus>("Status"),
        Before = bag.Object<ImageTrust>("Before"),
        After = bag.Object<ImageTrust>("After"),
        BeforeTrust = bag.Text("BeforeTrust"),
        AfterTrust = bag.Text("AfterTrust"),
        Root = bag.Text("Root"),
        Paths = Required(bag.Texts("Paths")),
        Origin = bag.Object<ImageTrustOrigin>("Origin"),
        Id = bag.Text("Id"),
        Time = bag.Moment("Time"),
        User = bag.Text("User"),
        Command = bag.Text("Command"),
        Undoes = bag.Text("Undoes"),
        UndoneBy = bag.Text("UndoneBy"),
        Reason = bag.Text("Reason"),
        ErrorId = bag.Text("ErrorId"),
    };
}
