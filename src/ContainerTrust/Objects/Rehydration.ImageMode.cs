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
}
