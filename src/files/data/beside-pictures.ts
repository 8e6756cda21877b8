/** What a file of many pictures says of each, besides its pixels. */

/** Classes and captions by the paths of pictures. */
export interface BesidePictures {
  /**
   * The class of each picture, by name or by number; undefined where none is said.
   *
   * @param column which one, where there are several
   */
  classes(images: readonly string[], column?: string | number): Promise<SaidClasses | undefined>
  /**
   * The captions of each picture.
   *
   * @param columns where they are, if the file has several
   */
  captions(images: readonly string[], columns?: readonly string[]): Promise<SaidCaptions | undefined>
  /** What was left over, a sentence each. */
  readonly remarks: readonly string[]
}

/** Classes, with their names in order where the file has them. */
export interface SaidClasses {
  readonly values: readonly (string | number | undefined)[]
  readonly names?: readonly string[] | undefined
  /** Where they are from. */
  readonly from: string
}

/** Captions: several of a picture, or none. */
export interface SaidCaptions {
  readonly values: readonly (readonly string[])[]
  readonly from: string
}
