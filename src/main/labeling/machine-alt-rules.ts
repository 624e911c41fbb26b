import { USELESS_ALT_RULES } from './useless-alt-rules.ts'
import type { UselessAltRule } from './useless-alt-rules.ts'

/** When a text that stands on many sites is a template. */
export interface RepeatedTexts {
  /** Sites (registrable domains) that it stands on, at least. */
  minSites: number
  /** Different texts that begin or end with it, or different pictures that it stands with, at least. */
  minVariants: number
  /** Words that it has, at least. */
  minWords: number
}

export const REPEATED_TEXTS: RepeatedTexts = { minSites: 5, minVariants: 12, minWords: 4 }

/** Rules of which names are taken from those for useless alts: they say what a machine wrote, too. */
const FILE_NAMES: ReadonlySet<string> = new Set(['camera-name', 'file-name', 'slug'])

/**
 * How alts begin or end that a machine wrote, in the form of the rules for useless alts. A training
 * set that learns from them learns what another model, or a template, said.
 */
export const MACHINE_ALT_RULES: readonly UselessAltRule[] = [
  {
    name: 'social-network',
    explanation:
      'Automatic alt text of Facebook and Instagram: "May be an image of ...", "Image may contain: ...", in ten languages.',
    test: {
      pattern:
        "^(?:[^:.]{1,80}[.:] )?(?:may be an? (?:image|photo|picture|close-?up|closeup|selfie|cartoon|illustration|art|artwork|graphic|doodle|meme|screenshot|twitter screenshot|black-and-white image|tattoo|map|food|text)\\b|may be (?:art|anime|pop art|fan art|food|an? [\\p{L}-]+ (?:image|photo) of)\\b|(?:image|photo|picture) may contain: |(?:bild könnte enthalten|auf diesem bild|kann ein(?:e)? (?:bild|nahaufnahme|illustration|schwarz-weiß-bild|grafik) von )|(?:l['’]image contient peut-être|peut être une (?:image|illustration|photo)|peut être un (?:gros plan|dessin|graphique))|(?:la imagen puede contener|puede ser (?:una imagen|un primer plano|una ilustración|un dibujo|arte))|(?:l['’]immagine può contenere|potrebbe essere un['’]?\\s?(?:immagine|primo piano|illustrazione)|può essere un['’]immagine)|(?:a imagem pode conter|pode ser (?:uma imagem|arte|um close|uma ilustração))|(?:de afbeelding kan bevatten|kan een (?:afbeelding|close-up) zijn van)|(?:может быть (?:изображением|иллюстрацией)|на изображении может находиться)|(?:obraz może zawierać|może być zdjęciem)|görsel şunu içeriyor olabilir)",
    },
    examples: [
      'May be an image of 2 people and text',
      'May be an image of one or more people, people standing and outdoors',
      'Image may contain: 1 person, smiling, text',
      'Photo by Anna on May 3, 2020. May be an image of cake.',
      'Peut être une image de 3 personnes',
      'Kann ein Bild von Katze sein',
      'La imagen puede contener: 2 personas',
      'Può essere un’immagine raffigurante cibo',
      'Pode ser uma imagem de 1 pessoa',
    ],
    spares: [
      'May Day parade in Moscow',
      'This may be an image of Venus',
      'Maybe a photograph of my uncle',
    ],
  },
  {
    name: 'no-description',
    explanation: 'A platform says that there is no description.',
    test: {
      pattern:
        '^(?:no (?:photo |image |picture |alternative |alt(?:ernate)? )?(?:text )?(?:description|caption|alt(?:ernative)? text)(?: (?:is )?(?:available|provided|given|for this image))*(?: for this (?:image|photo|picture))?|(?:image )?description (?:is )?(?:not available|unavailable|not provided)|no description available|keine (?:foto|bild)?beschreibung (?:verfügbar|vorhanden)|aucune description(?: de (?:la )?photo)? disponible|aucun texte alternatif.*|no hay (?:ninguna )?descripción de la foto disponible|sin descripción(?: disponible)?|nessuna descrizione della foto disponibile|nenhuma descrição de foto disponível|geen fotobeschrijving beschikbaar|описание (?:фото )?(?:недоступно|отсутствует))[.!]?$',
    },
    examples: [
      'No photo description available.',
      'No description available',
      'No alternative text description for this image',
      'No alt text provided for this image',
      'Keine Fotobeschreibung verfügbar.',
      'Aucune description de photo disponible.',
      'No hay ninguna descripción de la foto disponible.',
    ],
    spares: ['No parking sign with a long description', 'The description is on the reverse'],
  },
  {
    name: 'office',
    explanation: 'Microsoft Office wrote it, and says so, or begins as it did.',
    test: {
      pattern:
        '(?:description automatically generated|automatically generated description|description generated with (?:very )?(?:high|low) confidence|ai-generated content may be incorrect|automatisch generierte beschreibung|beschreibung automatisch generiert|ki-generierte inhalte können|description générée automatiquement|descripción generada automáticamente|descrizione generata automaticamente|descrição gerada automaticamente|automatisch gegenereerde beschrijving)|^a picture containing [\\p{L}]',
    },
    examples: [
      'A picture containing text, person, outdoor Description automatically generated',
      'A close up of a logo Description automatically generated',
      'A graph of sales AI-generated content may be incorrect.',
      'Ein Bild, das Text enthält. Automatisch generierte Beschreibung',
      'A picture containing person, indoor, wall',
    ],
    spares: ['A picture frame containing a letter', 'A generated pattern of tiles'],
  },
  {
    name: 'empty-alt-notice',
    explanation: 'The notice of an editor that the alt is empty, with the name of the file.',
    test: {
      pattern:
        "^(?:this image has an empty alt attribute|this image has no alt text|dieses bild hat ein leeres alt-attribut|l['’]attribut alt de cette image est vide|cette image a un attribut alt vide|esta imagen tiene un atributo alt vacío|el atributo alt de esta imagen está vacío|questa immagine ha l['’]attributo alt vuoto|esta imagem tem um atributo alt vazio|deze afbeelding heeft een leeg alt-attribuut|у этого изображения пустой атрибут alt)",
    },
    examples: [
      'This image has an empty alt attribute; its file name is screenshot-1.png',
      'Dieses Bild hat ein leeres Alt-Attribut. Der Dateiname ist image-5.png',
      'L’attribut alt de cette image est vide, son nom de fichier est photo.jpg.',
      'Esta imagen tiene un atributo ALT vacío; su nombre de archivo es foto.jpg',
    ],
    spares: ['This image has an empty chair in it'],
  },
  {
    name: 'pin',
    explanation: 'Templates of Pinterest.',
    test: {
      pattern:
        '^(?:this may contain: |this contains an image of|this (?:pin )?contains an image of|an image of .{1,120} on (?:pinterest|instagram|facebook)$|pin (?:on|by|from|this|it)\\b|pinterest pin\\b|discover pins about\\b)',
    },
    examples: [
      'This may contain: a cat sitting on a chair',
      'This contains an image of: Easy Soup',
      'Pin on Home ideas',
      'Pin by Anna Weber on Kitchens',
    ],
    spares: ['Pin cushion with needles', 'Pink flowers', 'This bowl contains an image of a bird'],
  },
  {
    name: 'stock',
    explanation: 'The template of a stock library around a title.',
    test: {
      pattern:
        "(?:\\b(?:stock[ -](?:photo(?:s|graphy|graph)?|images?|pictures?|pics?|vectors?|illustrations?|footage|videos?|clip ?art|art|graphics?|foto(?:s|grafie)?|bild(?:er)?)|royalty[- ]free|lizenzfrei(?:e|es)?|libres? de droits?|libre de derechos|banques? d['’]images?|foto de archivo|fotos? stock|imágenes de stock|stockfotos?|getty ?images?|shutterstock|istock(?:photo)?|dreamstime|depositphotos|123rf|alamy|adobe stock|freepik|vecteezy)\\b.{0,60}$)|^(?:royalty[- ]free|stock (?:photo|image|vector|illustration)s?\\b)",
    },
    examples: [
      'Red apple on a white table stock photo',
      'Happy family at the beach - Stock Image',
      'Vector seamless pattern royalty free illustration',
      'Royalty-free photo: brown dog',
      'Stock Photo: mountain lake at dawn',
      'Business team | Shutterstock',
      'Katze auf Sofa Lizenzfreie Bilder',
    ],
    spares: [
      'Rolling stock of the railway',
      'A stock of photographs in a shop',
      'Stockholm in winter',
      'Woodstock image of Hendrix',
    ],
  },
  {
    name: 'shop',
    explanation: 'The template of a shop or gallery: which picture of how many, of what.',
    test: {
      pattern:
        '^(?:(?:load image into gallery viewer|gallery viewer|product (?:image|photo|picture|thumbnail) (?:\\p{N}+ )?(?:for|of)|(?:image|picture|photo|thumbnail|slide|view|foto|bild|imagen|imagem) (?:number |nr\\.? ?|no\\.? ?|#)?\\p{N}{1,3} (?:of|from|for|von|zu|de|sur|di)\\b(?: \\p{N}+ (?:of|for|von))? ?\\p{L}|buy .{2,200} online|shop (?:for )?.{2,120} (?:online|now)$).*)$|(?: [-–—|,(] ?| )(?:(?:image|picture|photo|thumbnail|slide|view|bild|foto|imagen) ?#?\\p{N}{1,3}(?: (?:of|/|von|de) \\p{N}{1,3})?\\)?|\\p{N}{1,3} of \\p{N}{1,3}|alternate view #?\\p{N}*|variant \\p{N}+|product (?:image|photo|thumbnail)(?: \\p{N}+)?|thumbnail|main image|hover image)$',
    },
    examples: [
      'Load image into Gallery viewer, Blue mug',
      'Product image for Blue mug',
      'Thumbnail 3 of Blue mug',
      'Blue mug - Image 3',
      'Blue mug, Photo 2 of 7',
      'Buy Blue mug online',
      'Bild 4 von Reihenhaus in Celle',
      'Blue mug product image',
    ],
    spares: [
      'Image of a shop',
      'Photo 51 by Rosalind Franklin',
      'A view of the harbour',
      'Picture of the Beatles',
    ],
  },
  {
    name: 'profile',
    explanation: 'The template of a profile picture around a name.',
    test: {
      pattern:
        "^(?:(?:user |author |member )?(?:profile (?:photo|picture|pic|image|avatar)|avatar|gravatar|profilbild|profilfoto|photo de profil|foto de perfil|foto del perfil|immagine del profilo) (?:for|of|image for|von|de|di|:) ?.{1,120}|view profile of .{1,120}|view .{1,80}['’]s? profile\\b.*|go to .{1,80}['’]s? profile\\b.*|.{1,80}['’]s? (?:profile (?:photo|picture|image|pic)|avatar|gravatar|user avatar))$",
    },
    examples: [
      'Profile photo for Anna Weber',
      "Anna Weber's profile picture",
      'Avatar for annaweber',
      'Go to Anna Weber’s profile',
      'Profilbild von Anna',
    ],
    spares: ['A profile of a woman in oil', 'Avatar film poster', 'Profile view of a ship'],
  },
  {
    name: 'preview',
    explanation: 'The template of a content system around the title of a page or film.',
    test: {
      pattern:
        '^(?:(?:embedded |video |youtube |post |page |article |default |preview )?thumbnail (?:image )?(?:for|of|preview)\\b.+|(?:featured|cover|hero|header|preview|banner|lead|teaser|post|blog|article) (?:image|photo|picture|thumbnail) (?:for|of)\\b.+|image for (?:post|article|page|the post)\\b.*|(?:watch|play) (?:the )?video(?::| of| -).+|youtube video(?: thumbnail)?\\b.*|video (?:preview|poster|still|cover)(?: image)? (?:for|of)\\b.+|read more about (?:the article )?.+|you are currently viewing .+|permalink to:? .+|continue reading .+|go to (?:article|post|page|story|product)\\b.+|(?:link|links) to .{1,120} (?:article|page|post|story)|open (?:image|photo|picture) (?:in|at|of) .+|view (?:image|photo|picture|larger|full)\\b.+|screenshot (?:of|thumbnail for) https?:.+)$',
    },
    examples: [
      'Thumbnail for How to bake bread',
      'Featured image for “Ten walks in Wales”',
      'Video thumbnail of the interview',
      'Image for post',
      'Read more about the article Ten walks in Wales',
      'You are currently viewing Ten walks in Wales',
      'Permalink to: Ten walks',
    ],
    spares: ['Cover of the first edition', 'A hero of the war', 'Thumbnails on a bitten hand'],
  },
  {
    name: 'caption-model',
    explanation: 'Phrases by which captioning models begin, or that only they say.',
    test: {
      pattern:
        '\\b(?:arafed|araffe[ds]?|araffy)\\b|^(?:in this (?:image|picture),? (?:we can see|there (?:is|are|we)|i can see)|this (?:image|picture) (?:consists of|contains|is clicked)|there (?:is|are) (?:an?|one|two|three|four|five|several|many|some|\\p{N}+) [\\p{L} -]{2,60} (?:that|who|which) (?:is|are) [\\p{L}]+ing\\b|(?:the|this) image (?:depicts|features|showcases|displays|captures)\\b)',
    },
    examples: [
      'arafed man standing on a beach with a surfboard',
      'In this image we can see a group of people on the stage.',
      'there is a woman that is sitting on a bench',
      'The image depicts a bustling city street at night.',
    ],
    spares: [
      'A giraffe at the zoo',
      'There is a house in New Orleans',
      'Image of the Virgin, about 1450',
    ],
  },
  {
    name: 'generator-prompt',
    explanation: 'A prompt for an image generator with its switches or charms.',
    test: {
      pattern:
        '(?:^|\\s)--(?:ar|v|niji|stylize|chaos|quality|seed|no) \\S|\\b(?:masterpiece|best quality|trending on artstation|unreal engine 5|octane render)\\b.*\\b(?:8k|4k|hd|uhd|highly detailed|ultra[- ]?detailed|hyper[- ]?realistic|photorealistic|cinematic lighting|sharp focus)\\b|\\b(?:generated (?:by|with|using) (?:ai|midjourney|dall[-·]?e|stable diffusion|adobe firefly))\\b|\\bmidjourney\\b.*\\bprompt\\b',
    },
    examples: [
      'a cat in space --ar 16:9 --v 5',
      'masterpiece, best quality, 1girl, highly detailed, 8k',
      'Forest, trending on Artstation, octane render, sharp focus',
      'Cat generated by AI',
    ],
    spares: ['The masterpiece of Vermeer', 'A 4K television', 'Art for the -- v. series'],
  },
  ...USELESS_ALT_RULES.filter(({ name }) => FILE_NAMES.has(name)),
]
