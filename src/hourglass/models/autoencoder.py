"""An encoder, a latent and a decoder, held to the reconstruction alone."""

from typing import final

from keras import KerasTensor

from hourglass.models.latent import LatentModel


@final
class Autoencoder(LatentModel):
    """Corrupt, encode, decode; the target stays the clean image.

    Without a corruption this is the plain autoencoder (Hinton and Salakhutdinov 2006), with one
    the denoising autoencoder (Vincent et al. 2008), with hidden patches the masked one (He et al.
    2022, with black in place of a learned token).

    Parameters
    ----------
    encoder, decoder, **kwargs
        As every ``LatentModel`` takes them.
    """

    def rebuild(self, seen: KerasTensor, training: bool) -> KerasTensor:
        """Return the decoded code of ``seen``."""
        return self.decoder(self.encoder(seen, training=training), training=training)
