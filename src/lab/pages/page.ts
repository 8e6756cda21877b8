/** What a page of the Lab is: a module `pages/NAME/index.tsx` that exports `Page`, loaded when it is first opened. */
import type { ComponentType } from 'preact'
import type { Route } from '../route.ts'

export interface PageProps {
  /** The path below the page: of `#/learn/ddim/steps` it is `['ddim', 'steps']`. */
  readonly path: readonly string[]
  readonly query: Route['query']
}

export interface PageModule {
  readonly Page: ComponentType<PageProps>
}
