/** Where the site's parts lie. */
import { fileURLToPath } from 'node:url'

/** The root of the repository, and of the site within it; both end in a slash. */
export const root = fileURLToPath(new URL('../', import.meta.url))
export const site = fileURLToPath(new URL('./', import.meta.url))

/** What VitePress reads: the documentation at its paths from the root, and the pages that are made. */
export const stage = `${site}.stage/`

/** What is copied into the site as it is. */
export const stagePublic = `${stage}public/`

/** The finished site: files that any web server can host. */
export const built = `${site}dist/`
