/**
 * How the search weighs what it finds: a name's own page first, then the documentation, then what else has the word. VitePress sends these
 * functions to the browser as text, so each is complete in itself.
 */
import type { DefaultTheme } from 'vitepress'

export const search: DefaultTheme.LocalSearchOptions = {
  // The name of the button has all that is seen on it.
  translations: { button: { buttonText: 'Search ', buttonAriaLabel: 'Search K' } },
  miniSearch: {
    options: {
      /** `webEngine` is found by `webengine`, and by itself before `WebEngine`; in titles by its words as well. */
      processTerm(term: string, field?: string): string | string[] {
        const lower = term.toLowerCase()
        if (!/[a-z0-9][A-Z]|^[A-Z][a-z].*[A-Z]/.test(term)) return lower
        const words = field === 'title' ? term.split(/(?<=[a-z0-9])(?=[A-Z])/).map((word) => word.toLowerCase()) : []
        return [...new Set([lower, term, ...words])]
      },
    },
    searchOptions: {
      /** All words that were typed, as they were typed. */
      combineWith: 'AND',
      processTerm(term: string): string {
        return /[a-z0-9][A-Z]|^[A-Z][a-z].*[A-Z]/.test(term) ? term : term.toLowerCase()
      },
      fuzzy: 0.15,
      prefix: true,
      // Whole words count most: a rare name that only begins like the word would else come before it.
      weights: { prefix: 0.03, fuzzy: 0.01 },
      boost: { title: 4, text: 1, titles: 1 },
      /** @param id the path of a page of the site, with the anchor of a section @param term the word of the page that was found */
      boostDocument(id: string, term: string): number {
        const [path, anchor] = id.split('#') as [string, string?]
        const name = path
          .replace(/\/(index\.html)?$/, '')
          .replace(/^.*\//, '')
          .replace(/\.html$/, '')
        const exact = name === term ? 200 : name.toLowerCase() === term.toLowerCase() ? 150 : 1
        if (!path.includes('/api/')) return exact * 4
        const section = anchor !== undefined && anchor.toLowerCase() !== name.toLowerCase()
        return section ? 0.2 : exact * 0.5
      },
    },
  },
}
