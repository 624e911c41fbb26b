/**
 * One reason why an alt says nothing of its picture. Data, not code: the list can be shown, edited
 * and stored as JSON. The first rule that fits, in the order of the list, is the one that is named.
 */
export interface UselessAltRule {
  name: string
  explanation: string
  /**
   * A regular expression (flags `iu`) over the alt in NFKC, white space collapsed and trimmed, cut
   * after 1,000 characters; or a measure with its least value.
   */
  test: { pattern: string } | { measure: UselessAltMeasure; atLeast: number; minWords: number }
  /** Alts that this rule must take. */
  examples: readonly string[]
  /** Alts that no rule may take. */
  spares: readonly string[]
}

/**
 * - `repeated-words`: share of words (of 3 letters and more) that stand there 3 times or more
 * - `listed-words`: share of words in pieces of at most 3 words between commas, where there are 8
 *   pieces or more
 */
export const USELESS_ALT_MEASURES = ['repeated-words', 'listed-words'] as const
export type UselessAltMeasure = (typeof USELESS_ALT_MEASURES)[number]

/** What pictures are called in general: English, German, French, Spanish, Italian, Dutch, Portuguese, Russian. */
const PICTURE =
  '(?:images?|imgs?|pics?|pictures?|photos?|photographs?|photography|snapshots?|graphics?|illustrations?|' +
  'screen ?shots?|screen ?caps?|thumbnails?|thumbs?|figures?|fig\\.?|drawings?|' +
  'bild(?:er)?|fotos?|abbildung(?:en)?|abb\\.?|grafik(?:en)?|zeichnung(?:en)?|bildschirmfotos?|' +
  "vorschaubilder?|photographies?|dessins?|vignettes?|captures? d['’]écran|" +
  'im[aá]gen(?:es)?|fotograf[ií]as?|dibujos?|ilustraci(?:ón|ones)|capturas? de pantalla|miniaturas?|' +
  'immagin[ei]|fotografi[ae]|disegn[oi]|afbeelding(?:en)?|plaatjes?|imagem|imagens|' +
  'изображени[ея]|картинк[аи]|фото(?:графи[яи])?|рисун(?:ок|ки))'

/** What stands on pages as furniture. */
const FURNITURE =
  '(?:logos?|logotypes?|logotipos?|icons?|icônes?|iconos?|icone|symbole?|symbol|banners?|header|footer|' +
  'headers? image|bullets?|arrows?|pfeil|flèche|flecha|buttons?|schaltfläche|bouton|botón|spacers?|' +
  'background|hintergrund|fond|fondo|avatars?|profile|badges?|placeholder|platzhalter|favicon|' +
  'separator|divider|trenner|trennlinie|ornament|watermark|wasserzeichen|spinner|loader|navigation|menu|menü)'

const ARTICLES =
  "(?:the|an?|this|my|our|ein|eine|das|der|die|unser|une?|le|la|les|l['’]|notre|el|los|las|una?|nuestro)"
const OF = '(?:of|von|vom|der|des|de|du|del|di|van)'
/** Words that add nothing to "image": which one, of what on the page. */
const FILLER =
  '(?:product|item|article|post|blog|page|site|website|web|main|hero|featured|cover|preview|sample|' +
  'default|new|small|large|big|full|full[- ]?size|gallery|slide|slider|user|author|profile|company|store|' +
  'shop|navigation|nav|menu|header|footer|home|homepage|social|generic|no|missing|untitled|unnamed|' +
  'animated|gif|jpe?g|png|webp|svg|' +
  'produkt|artikel|seiten|titel|beitrags|vorschau|kein|neues|produit|article|sans|aucune|' +
  'producto|artículo|sin|nueva)'

const FILE_ENDING =
  '(?:jpe?g|jfif|png|gif|webp|avif|svgz?|bmp|tiff?|heic|ico|psd|eps|pdf|mp4|mov|webm|cr2|nef|arw|dng)'

export const USELESS_ALT_RULES: readonly UselessAltRule[] = [
  {
    name: 'no-words',
    explanation: 'No letter, digit or emoji: punctuation and signs only.',
    test: { pattern: '^[^\\p{L}\\p{N}\\p{Extended_Pictographic}]*$' },
    examples: ['...', '*', '—', ':-)', '>>', '(  )', '□'],
    spares: ['🐈', '100 °C'],
  },
  {
    name: 'single-character',
    explanation: 'One Latin, Greek or Cyrillic letter.',
    test: { pattern: '^[\\p{Script=Latin}\\p{Script=Greek}\\p{Script=Cyrillic}][.)]?$' },
    examples: ['x', 'A', 'f.'],
    spares: ['猫', '🐱', 'ox'],
  },
  {
    name: 'numbers-only',
    explanation: 'Numbers, sizes, dates and counts without a word.',
    test: {
      pattern:
        '^[#№(\\[]*\\p{N}[\\p{N}\\s.,:;/()\\[\\]#+*%–—_-]*(?:(?:px|kb|mb|x)\\b[\\p{N}\\s.,x×_-]*)*$|^\\p{N}+\\s*[x×]\\s*\\p{N}+(?:\\s*(?:px|pixels?))?$',
    },
    examples: [
      '1',
      '0001',
      '3/12',
      '640x480',
      '2019-04-01',
      '12 345',
      '0.32893747091293335',
      '#7',
      '800 px',
    ],
    spares: ['3 cats', '101 Dalmatians', 'U2', '7 Up'],
  },
  {
    name: 'address',
    explanation: 'A web address, an e-mail address or markup in place of words.',
    test: {
      pattern:
        '^(?:https?:|ftp:|data:|file:|//)\\S*$|^(?:www\\.)?[\\p{L}\\p{N}-]+(?:\\.[\\p{L}\\p{N}-]+)*\\.(?:com|org|net|edu|gov|info|biz|io|co|de|fr|es|it|nl|uk|eu|ru|jp|cn|br|au|ca|us|ch|at|be|pl)(?:/\\S*)?$|^[\\w.+-]+@[\\w-]+\\.[\\w.-]+$|^(?:<[^<>]{1,300}>\\s*)+$|^&[a-z#0-9]+;$',
    },
    examples: [
      'http://icons.example.com/icons/48/soccer-icon.png',
      'www.example.com',
      'tutorialblog.org',
      'me@example.com',
      '<br>',
      '&nbsp;',
    ],
    spares: ['Sample letter from www.example.com', 'St. Moritz'],
  },
  {
    name: 'camera-name',
    explanation: 'The name a camera, phone or scanner gives to a file.',
    test: {
      pattern: `^(?:file:\\s*)?(?:_?(?:img|image|dsc[nf]?|_dsc|dscf|dscn|pict?|picture|photo|foto|cimg|mvi|mov|vid|vlcsnap|gopr|gh|dji|sam|sany|imag|hpim|kif|slide|folie|diapositive|wp|cam|scan|scannen|pano|burst|pxl|fb_img|wa|screenshot|screen ?shot|bildschirmfoto|captura|capture)[\\s_-]*\\(?\\p{N}[\\p{N}\\s._,:()~a-z-]{0,12}(?:\\p{N}|\\))?|img-\\d{8}-wa\\d+|[plrsh]_?\\d{5,}|\\d{8}_\\d{6}(?:_\\d+)?|(?:wp|pxl|img|vid|screenshot|fb_img)[_ -]\\d{8,}\\S*|(?:screenshot|screen ?shot|bildschirmfoto|capture d[\'’]écran|captura de pantalla)\\b[\\s\\p{N}.:,_-]*(?:(?:at|um|à|a las|le|du|from|pm|am|vom)\\b[\\s\\p{N}.:,_-]*)*)(?:\\s*(?:copy|kopie|copie|copia|edit(?:ed)?|bearbeitet|small|web|final))*(?:\\.${FILE_ENDING})?$`,
    },
    examples: [
      'IMG_123',
      'IMG_2041',
      'DSC0001',
      'DSC00381',
      '_DSC1234.jpg',
      'P1010023',
      'DSCN0042.JPG',
      'IMG-20190401-WA0003',
      '20190401_123456',
      'photo 3',
      'Screenshot 2026-03-11',
      'screenshot',
      'image001',
      'Picture 12',
      'GOPR0123',
      'Bildschirmfoto 2020-01-01 um 10.11.12',
    ],
    spares: [
      'P90X',
      'R2-D2',
      'S Club 7',
      'Photo 51 by Rosalind Franklin',
      'L 7 class locomotive at dusk',
    ],
  },
  {
    name: 'file-name',
    explanation: 'A file name with its ending.',
    test: {
      pattern: `^(?:file:|datei:|fichier:|archivo:)?\\s*[^\\s/\\\\][^/\\\\]{0,200}\\.${FILE_ENDING}$`,
    },
    examples: [
      'lake_erie_charter.jpg',
      'Osa, the Snow Leopard.jpg',
      'File:Levashov book.png',
      'logo.SVG',
    ],
    spares: ['Working with layers in a .psd file', 'The JPG format'],
  },
  {
    name: 'code',
    explanation:
      'One string of letters and digits that no person reads: a hash, an identifier, a template that was not filled in.',
    test: {
      pattern:
        '^(?:[0-9a-f]{8,}|[0-9a-f]{8}-[0-9a-f-]{12,}|(?=\\S*\\p{N}\\S*\\p{L}|\\S*\\p{L}\\S*\\p{N})(?=(?:\\S*\\p{N}){4})[\\p{L}\\p{N}]{14,}|\\{\\{.*\\}\\}|\\$\\{.*\\}|<%.*%>|%[a-z_]+%|\\[[a-z_-]+\\]|null|undefined|none|nan|n/?a|true|false|void|alt|(?:img|image)[ -]alt|alt[- _]?te?xt|alternativ(?:e|text|er text)|texte alternatif|texto alternativo|title|titel|titre|título|todo\\b.*|tbd|test(?:ing)?|asdf\\w*|foo|bar|lorem ipsum.*|caption|description|beschreibung|descripción|enter (?:image|alt|your) .*)$',
    },
    examples: [
      'c3ba835b6528',
      '550e8400-e29b-41d4-a716-446655440000',
      'a8f5f167f44f4964e6c998dee827110c',
      '{{ product.title }}',
      '${alt}',
      'null',
      'undefined',
      'alt text',
      'Texte alternatif',
      'TODO: include a thumbnail',
      'enter image description here',
      '[image]',
    ],
    spares: ['B2B', 'Boeing 747', 'None of the above', 'Test match at Lord’s'],
  },
  {
    name: 'slug',
    explanation:
      'A file name or identifier without its ending: words tied by underscores or hyphens.',
    test: {
      pattern:
        '^(?=[^\\s]*\\p{L})(?:[^\\s_]*_[^\\s]*|[^\\s-]+(?:-+[^\\s-]+){4,}|[^\\s-]+(?:-+[^\\s-]+){1,}-\\p{N}+|[^\\s-]*\\p{N}[^\\s-]*(?:-[^\\s-]+){2,})$|^(?=\\S*_)\\S+(?:\\s*\\(\\p{N}+\\))$|^[\\p{L}\\p{N}]+(?:_[\\p{L}\\p{N}]+)+(?: (?:copy|final|new|\\p{N}+))*$',
    },
    examples: [
      'male_authors_withreviewers',
      'banner_top_final2',
      'HC_Commercial_Plastic_Chair (7)',
      'USER_IMAGE',
      'guided-tour-hoorn-enkhuizen-dutch-folklore',
      'photo-gallery-12',
      'curried_chicken_chili_01',
    ],
    spares: [
      'mother-in-law',
      'money-trees',
      'A well-known face',
      'Coca-Cola',
      'jack-o-lantern',
      'state-of-the-art',
    ],
  },
  {
    name: 'picture-word',
    explanation: 'Says that it is a picture, and not of what.',
    test: {
      pattern: `^[\\[("']*(?:(?:${ARTICLES}\\s+)?(?:${FILLER}[\\s_-]*){0,3}${PICTURE}(?:\\s+${OF}(?:\\s+${ARTICLES})?)?(?:\\s*(?:${FILLER}|${OF})){0,2}|user\\s*(?:image|photo|picture|avatar|submitted image)|userpic|animated gif|gif|jpe?g|png|(?:untitled|unnamed|unbenannt|sans titre|sin título)(?:[\\s_-]*\\p{N}+)?(?:\\s*copy)?|no (?:image|photo|picture)(?: available)?|(?:image|photo|picture) (?:not available|not found|unavailable|coming soon|missing|here|loading|credit|source)|kein bild(?: vorhanden| verfügbar)?|bild folgt|pas d[\'’]image|image non disponible|sin imagen|imagen no disponible|нет фото)(?:[\\s_#-]*\\(?\\p{N}{1,4}\\)?(?:\\s*(?:of|von|de|/)\\s*\\p{N}{1,4})?)?[\\])"':.!]*$`,
    },
    examples: [
      'image',
      'Image 3',
      'USERIMAGE',
      'picture of',
      'a photo of the',
      'product image',
      'item image',
      '(navigation image)',
      'Bild',
      'Foto 2',
      'Abbildung 4',
      'Bild von',
      'une photo',
      'photo de',
      'Imagen',
      'foto de la',
      'изображение',
      'screenshot',
      'untitled-1 copy',
      'No image available',
      'Kein Bild vorhanden',
      'image non disponible',
      'photo 1 of 12',
      'Animated GIF',
    ],
    spares: [
      'picture of a cat',
      'Bild einer Katze',
      'photo de mariage à Lyon',
      'Patent Drawing of a kettle',
      'Foto von Anna',
      'Figure skating',
    ],
  },
  {
    name: 'furniture',
    explanation: 'Names a part of the page: logo, icon, banner, button, avatar.',
    test: {
      pattern: `^[\\[("']*(?:(?:${ARTICLES}\\s+)?(?:(?:${FILLER}|${PICTURE})[\\s_-]*){0,3}${FURNITURE}(?:[\\s_-]*(?:${FURNITURE}|${PICTURE}|${FILLER})){0,2}|[\\p{L}\\p{N}.&'’@-]+(?:\\s+[\\p{L}\\p{N}.&'’@-]+){0,3}\\s+(?:logo|avatar)|[\\p{L}\\p{N}.&'’@-]+(?:\\s+[\\p{L}\\p{N}.&'’@-]+){0,2}\\s+icon(?:, link)?|(?:search|submit|menu|play|pause|close|next|previous|back|donate|subscribe|share|like|download|social|facebook|twitter|contact|login|buy|order)\\s+(?:banner|button)|(?:logo|icon|avatar|icône|icono|logotipo)\\s+(?:${OF}\\s+)?[\\p{L}\\p{N}.&'’@-]+(?:\\s+[\\p{L}\\p{N}.&'’@-]+){0,3}|[\\p{L}\\p{N}-]+-(?:logo|icon|avatar|banner|button)|(?:website |page |visitor |hit )*counter|headshot)(?:[\\s_#-]*\\p{N}{1,4})?[\\])"':.!]*$`,
    },
    examples: [
      'logo',
      '(logo)',
      'Logo 2',
      'site logo',
      'Acme Widgets logo',
      'E-mail Icon',
      'Intelectrica-logo',
      'icon',
      'Banner',
      'header image',
      'Avatar',
      'Logo de la mairie',
      'Logo von Siemens',
      'spacer',
      'Placeholder',
      'Platzhalter',
      'icône',
    ],
    spares: [
      'A crow on top of a shop logo in the rain',
      'Banner with the words Votes for Women',
      'Iconostasis',
      'Background radiation map',
      'A brown button on a coat',
      'Robot shape button',
    ],
  },
  {
    name: 'page-action',
    explanation: 'Says what a click does, or names a page or feed.',
    test: {
      pattern:
        "^[\\[(\"'<«»>]*(?:(?:screen reader users: ?)?(?:please )?(?:click|tap|press|klick(?:en)?(?: sie)?|cliquez|cliquer|haga? cli[ck]|clic)(?: (?:here|to|on|for|this|the|image|photo|auf|hier|ici|pour|sur|aquí|para|en)\\b.{0,80})?|(?:zoom|enlarge|vergrößern|agrandir|ampliar)(?: (?:image|in|out|bild|l['’]image|imagen))?|(?:home|homepage|home page|startseite|accueil|inicio|start|top|bottom|up|down|left|right|next|previous|prev|back|forward|close|open|menu|menü|search|suche|rechercher|buscar|share|teilen|partager|compartir|like|follow|print|drucken|imprimer|download|herunterladen|télécharger|descargar|upload|play|pause|stop|more|mehr|plus|más|read more|weiterlesen|lire la suite|leer más|weiter|zurück|suivant|précédent|siguiente|anterior|e-?mail|mail|phone|telephone|telefon|fax|rss|rss feed|feed|atom|xml|login|log ?in|logout|sign ?in|sign ?up|register|subscribe|contact|kontakt|contacto|help|hilfe|aide|ayuda|cart|warenkorb|panier|carrito|buy now|add to cart|advertisement|anzeige|publicité|publicidad|ad|ads|sponsored|loading|bitte warten|skip to content)(?: us| page| link| button| now| here)?|(?:back to|go to|zurück zu[rm]?|retour à|volver a) (?:the )?(?:top|home|homepage|start|index|list|overview|main page|results|search|startseite|übersicht|anfang|l['’]accueil|accueil|inicio|contents)|(?:next|previous) (?:event|spotlight|post|page|image|photo|slide|article|chapter|month|entry|item)|(?:view|see|show) (?:all|more|full|larger|this (?:image|page|photo)|the full)\\b.{0,40}|(?:follow|join|like|find) (?:us|me)\\b.{0,40}|visit (?:us|our|my|www\\.).{0,60}|(?:share|tweet|pin|post|follow)(?: this)? (?:on|to|via|it) .{1,30}|(?:subscribe|unsubscribe|manage|sign up|log in) (?:to|or|e-?mail|for|with) .{0,60}|(?:facebook|twitter|instagram|linkedin|youtube|pinterest|whatsapp|tiktok|github|flickr|tumblr|google\\+?|reddit|snapchat|vimeo|xing|digg|delicious|stumbleupon|zotero|technorati)(?: (?:page|link|profile|share|feed|channel))?|rss feed of .{1,80}|see .{1,40} in rss|powered by .{1,40}|valid (?:x?html|css).{0,30}|(?:w3c|creative commons|cc) (?:license|licence|lizenz|validator?)|(?:licence|lizenz|licencia) creative commons|creative commons.{0,60}licen[cs]e|attribution[ -].{0,50}\\p{N}(?:\\.\\p{N})?|attribution-(?:share ?alike|non-?commercial|no ?deriv).{0,40}|public domain(?: mark)?)[\\])\"'<«»>.!…]*$",
    },
    examples: [
      'Click to enlarge',
      'click here',
      'Klicken Sie hier',
      'Cliquez pour agrandir',
      'Homepage',
      'RSS',
      'Next',
      'zurück',
      'top',
      'Share on Facebook',
      'Powered By CKAN',
      'Facebook',
      'Subscribe to or unsubscribe from this forum',
      'Visit www.archive-it.org',
      'Read more...',
      'Creative Commons License',
      'Advertisement',
    ],
    spares: [
      'Next to the harbour, two boats',
      'Home sweet home sampler',
      'Back of a lorry',
      'Left hand of the statue',
      'Search party at dawn',
      'Public domain poster of a lion',
      'Back to school supplies',
      'Press meeting in Ottawa',
      'View our house from the hill',
    ],
  },
  {
    name: 'rating',
    explanation: 'A number of stars, votes or comments.',
    test: {
      pattern:
        '^(?:rated |rating:? |bewertung:? |note:? )?\\(?\\p{N}+(?:[.,]\\p{N}+)?(?:\\s*(?:out of|of|von|sur|de|/)\\s*\\p{N}+)?\\s*(?:stars?|sternen?|étoiles?|estrellas?|points?|votes?|stimmen|reviews?|comments?|kommentare?|commentaires?|likes?|views?)(?: rating)?\\)?$',
    },
    examples: [
      '5.00 out of 5 stars',
      '4 stars',
      '3,5 von 5 Sternen',
      '4 sur 5 étoiles',
      '12 comments',
    ],
    spares: ['Five stars on a flag', '50 stars and 13 stripes'],
  },
  {
    name: 'captcha',
    explanation: 'Asks the reader to prove that they are one.',
    test: {
      pattern:
        '^(?:re)?captcha\\b.{0,30}$|^(?:please )?(?:type|enter) the (?:characters|letters|words|code|text)\\b.{0,60}$|security (?:code|image)',
    },
    examples: ['captcha', 'Type the characters you see in this picture.', 'security code'],
    spares: ['Security guard at a gate'],
  },
  {
    name: 'repeated-keywords',
    explanation: 'Spam: half of the words stand there three times or more.',
    test: { measure: 'repeated-words', atLeast: 0.5, minWords: 9 },
    examples: ['cheap shoes buy shoes online shoes sale cheap shoes men shoes cheap'],
    spares: ['A black cat, a white cat and a grey cat on a wall', 'row of houses'],
  },
  {
    name: 'keyword-list',
    explanation: 'Spam: a list of search words between commas.',
    test: { measure: 'listed-words', atLeast: 0.9, minWords: 10 },
    examples: [
      'wedding, wedding dress, bride, groom, flowers, cake, party, band, ring, church, photographer',
    ],
    spares: ['Apples, pears and plums in a blue bowl, with a knife beside it'],
  },
]
