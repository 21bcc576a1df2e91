namespace ContainerTrust.Commands.Objects;

/// <content>Operating systems that are images.</content>
internal static partial class Rehydration
{
    private static ImageTrustLayer Layer(PropertyBag bag) => new()
    {
        Image = bag.RequiredText("Image"),
        Scope = bag.RequiredText("Scope"),
        Files = bag.Objects<ImageTrustLayerFile>("Files"),
        Containerfile = bag.RequiredText("Containerfile"),
        Trust = bag.Objects<ImageTrust>("Trust"),
        IsEnforceable = Required(bag.Truth("IsEnforceable")),
    };

    private static BootImageResult Boot(PropertyBag bag) => new()
    {
        ComputerName = bag.RequiredText("ComputerName"),
        Status = bag.Choice<BootImageStatus>("Status"),
        Source = bag.Choice<BootImageSource>("Source"),
        Image = bag.Text("Image"),
        Digest = bag.Text("Digest"),
        Origin = bag.Text("Origin"),
        OriginVerification = bag.Choice<BootOriginVerification>("OriginVerification"),
        Booted = bag.Object<ImageSignatureResult>("Booted"),
        Staged = bag.Object<ImageSignatureResult>("Staged"),
        Signer = Required(bag.Texts("Signer")),
        Reasons = Required(bag.Texts("Reasons")),
        RecommendedAction = bag.Text("RecommendedAction"),
        ErrorId = bag.Text("ErrorId"),
    };
}
