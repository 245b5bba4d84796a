"""How people write mail, in eleven languages: greetings, closings, words that speak to somebody.

All folded as claim.fold does. What happens next: person.py counts them.
"""

# ruff: noqa: RUF001 - other languages' letters and signs are what is looked for here

AGENTS = (
    *("thunderbird", "apple mail", "iphone mail", "ipad mail", "outlook", "roundcube", "k-9"),
    *("evolution", "kmail", "alpine", "gmail", "horde", "sogo", "zimbra", "em client", "claws"),
    *("sylpheed", "geary", "mailspring", "betterbird", "postbox", "squirrelmail", "rainloop"),
    *(
        "mutt/",
        "open-xchange",
        "protonmail",
        "fairemail",
        "icloud mail",
        "ios/",
        "nine",
        "mimestream",
    ),
)

GREETINGS = (
    *("hi", "hello", "hey", "dear ", "good morning", "good afternoon", "good evening", "morning"),
    *("hallo", "guten ", "moin", "servus", "liebe", "sehr geehrte", "gruss gott"),
    *("bonjour", "salut", "bonsoir", "cher ", "chere ", "hola", "buenos ", "buenas ", "estimad"),
    *("ciao", "buongiorno", "buonasera", "gentile ", "caro ", "cara ", "ola", "bom dia", "boa "),
    *("prezad", "hoi", "beste ", "goedemorgen", "goedemiddag", "dag ", "czesc", "dzien dobry"),
    *("witam", "привет", "здравствуи", "добрыи день", "уважаем", "こんにちは", "お疲れ", "お世話"),
    *("你好", "您好", "大家好"),
)

SIGN_OFFS = {
    *("regards", "best regards", "kind regards", "best", "cheers", "thanks", "thank you", "thx"),
    *("many thanks", "sincerely", "yours", "gruss", "grusse", "viele grusse", "lg", "mfg", "vg"),
    *("mit freundlichen grussen", "danke", "beste grusse", "schone grusse", "cordialement"),
    *("merci", "bien a vous", "amicalement", "bonne journee", "saludos", "gracias", "un saludo"),
    *("atentamente", "saluti", "grazie", "cordiali saluti", "atenciosamente", "obrigado", "abs"),
    *("abraco", "groeten", "met vriendelijke groet", "bedankt", "groet", "pozdrawiam", "dzieki"),
    *("с уважением", "спасибо", "よろしくお願いします", "谢谢", "谢谢!", "此致"),
}

# Programs rarely say these of themselves; `mon`, `io`, `mi` and `eu` they do: Monday, input/output.
FIRST_PERSON = {
    *("i", "i'm", "i've", "i'll", "i'd", "my", "ich", "mir", "mich", "mein", "meine", "je", "j'ai"),
    *("moi", "yo", "mio", "meu", "ik", "mijn", "ja", "moj", "я", "мне"),
    *("мои", "私", "僕", "我", "でしょうか", "ましょうか"),
    *("帮忙", "帮我", "看一下", "看看", "麻烦", "幫忙", "麻煩", "辛苦了"),
}

# Programs do say `please` and `you`; people ask with them.
ADDRESSING = {
    *("we", "you", "your", "me", "us", "please", "could", "would", "can", "thanks", "anyone"),
    *(
        "wir",
        "du",
        "dir",
        "dich",
        "dein",
        "ihr",
        "sie",
        "bitte",
        "danke",
        "konntest",
        "euch",
        "uns",
    ),
    *("nous", "vous", "tu", "merci", "peux", "pouvez", "veuillez", "puedes", "podrias", "gracias"),
    *("favor", "usted", "tienes", "puoi", "potresti", "grazie", "voi", "noi", "voce", "podes"),
    *("jij", "je", "wij", "kun", "alsjeblieft", "jullie", "prosze", "mozesz", "czy", "dziekuje"),
    *(
        "мы",
        "ты",
        "вы",
        "пожалуиста",
        "спасибо",
        "можешь",
        "можете",
        "お願い",
        "ください",
        "ますか",
    ),
    *("请", "吗", "你", "您"),
}
