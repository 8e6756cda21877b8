/** The value of the option `latents` for a model that is trained further on its own codes, scaled as it has them. */
export class OwnCodes {
  /** The model: a folder's path, or in memory. */
  readonly of: unknown
  constructor(of: unknown) {
    this.of = of
  }
}
