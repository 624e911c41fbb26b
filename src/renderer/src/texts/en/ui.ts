export const ui = {
  texts: {
    alt: 'alt text',
    caption: 'caption',
    title: 'title',
    before: 'text before',
    after: 'text after',
    span: 'found description',
  },
  statuses: {
    ok: 'Available',
    pending: 'Not fetched yet',
    missing: 'Not in the archive',
    failed: 'Download or decoding failed',
    refused: 'Refused (opt-out or address)',
  },
} as const
