"""Words with which subjects claim an end, in twenty-one languages, folded and mostly as stems.

Folded means: lower case, without accents (`réussi` is `reussi`, `ł` stays). A word counts if it
begins with a stem; words marked with `$` must match whole. Japanese and Chinese have no word
borders and are searched as text, longest first.
What happens next: claim.py uses them.
"""


def _listed(*lines: str) -> tuple[str, ...]:
    return tuple(" ".join(lines).split())


SUCCESS = _listed(
    "ok$ okay$ success succeed completed complete$ completes$ done$ finish passed$ copied$",
    "synced$ synchronized$ synchronised$ healthy$ recovered$",
    "created$ updated$ pulled$ pushed$ uploaded$ downloaded$ transferred$ saved$ archived$",
    "good$ fine$ pass$ cleanly$",
    "resolved$ mirrored$ replicated$ imported$ exported$ restored$ verified$ refreshed$ backed$",
    "erfolg fertig$ erledigt abgeschlossen beendet$ gesichert$ gespeichert$ ubertragen$",  # German
    "kopiert$ aktualisiert$ erstellt$ durchgelaufen$ geklappt$",
    "reussi succes$ termine$ terminee$ terminees$ effectue acheve sauvegardee$",  # French
    "sauvegardes$ transfere$ transferes$ enregistre$ cree$",
    "exito completad terminad finalizad realizad correctamente$ correcta$ correcto$",  # Spanish
    "guardad copiad actualizad transferid hecho$ hecha$ listo$ efectuad",
    "riuscit completat terminato$ terminata$ successo$ eseguit salvato$ salvati$",  # Italian
    "salvata$ copiat creato$ creata$ aggiornat trasferit fatto$ effettuat",
    "sucesso$ conclui atualizad feito$ feita$ criado$ criada$ salvo$ salva$ efetuad",  # Portuguese
    "gelukt$ geslaagd voltooid klaar$ succesvol afgerond$ gereed$ bijgewerkt$",  # Dutch
    "gekopieerd$ opgeslagen$ gemaakt$",
    "sukces powodzeniem$ pomysln zakonczon wykonan ukonczon gotow zapisan",  # Polish
    "skopiowan utworzon zaktualizowan",
    "успе заверш выполнен готов$ готово$ готова$ готовы$ ок$ сохранен скопирован",  # Russian
    "создан$ создана$ обновлен$ обновлена$ обновлено$",
    "вдал успішн успишн завершен виконан",  # Ukrainian
    "lyckad lyckades$ fullbord fardig klar$ klart$ slutford genomford lykkedes$ fuldfort$",
    "vellykk vellykket$ gennemfort fullfort ferdig gjennomfort",  # Swedish, Danish, Norwegian
    "onnistu valmis$ suoritettu$",  # Finnish
    "uspesn uspel dokoncen hotovo$ proveden",  # Czech
    "sikeres kesz$ befejez",  # Hungarian
    "basari basarili tamamlandi bitti$",  # Turkish
    "επιτυχ ολοκληρω",  # Greek
)

# They begin like a failure and are none.
FAULTLESS = ("fehlerfrei", "fehlerlos", "foutloos", "bezbłedn")

FAILURE = _listed(
    "fail$ fails$ failed$ failing$ failure error err$ errs$ fatal broken$ abort crash$",
    "crashed$ fault$ faulted$",
    "unsuccessful incomplete$ critical$ crit$ bad$ unreachable$ interrupted$ cancelled$ canceled$",
    "nok$ ko$ denied$ timeout$ timedout$ unable$ cannot$ lost$ degraded died$ killed$ missing$",
    "fehler fehlgeschlagen gescheitert abgebrochen misslungen unvollstandig",
    "echec echou erreur interrompu incomplet$ incomplete$",
    "fallo$ fallid fallad fracas incomplet",
    "errore$ errori$ fallit interrott",
    "erro$ erros$ falh",
    "fout$ fouten$ mislukt afgebroken$ gefaald$",
    "bład błed nieudan niepowodz przerwan awari nieukonczon",
    "помилк невдал",
    "misslyck fel$ avbrot mislyk mislykk fejl$ fejlet$ feil$ feilet$ avbrutt$ afbrudt$",
    "epaonnis virhe keskeyt",
    "selhal selhan chyb prerusen neuspes",
    "sikertelen hiba$ hibak$ hibas$ megszak meghiusul",
    "basarisiz hata$ hatasi$ iptal",
    "αποτυχ απετυχ σφαλμα διακοπ",
    "ошиб сбои сбоем$ сбоя$ неудач провал прерван авари невозможн",
)

WARNING = _listed(
    "warn warnung avertissement advertencia aviso avviso$ avvisi$ waarschuwing ostrzezen",
    "предупрежд partial$ partially$ teilweise$ partiellement$ parcialmente$ parzialmente$",
    "gedeeltelijk$ czesciowo$ частично$",
)

# Whatever it was, it is over.
OVER = {"resolved", "recovered", "recovery", "cleared", "behoben", "resolu", "resuelto", "risolto"}

# They say that something is the matter, but not how bad it is.
TROUBLE = ("problem", "probleme$", "alert$", "attention$")

# A failure word after one of these is none: `no errors`, `0 failures`, `ohne Fehler`.
NONE_OF = {
    *("no", "without", "not", "keine", "kein", "ohne", "sans", "aucun", "aucune"),
    *("sin", "ningun", "ninguna", "senza", "nessun", "nessuno", "sem", "nenhum", "nenhuma"),
    *("zonder", "geen", "bez", "brak", "без", "нет", "никаких"),
}
# Of figures, only one that stands directly before the word: `0 warnings, 2 errors`.
NOTHING = {"0", "zero"}
# A success word after one of these is none: `not OK`, `nicht erfolgreich`.
NOT = {
    "not",
    "nicht",
    "didn",
    "doesn",
    "couldn",
    "hasn",
    "pas",
    "non",
    "nao",
    "niet",
    "nie",
    "не",
    "never",
    "isn",
    "wasn",
}
# A failure word before one of these is none: `errors: 0`, `Fehler: keine`.
ZERO = {
    "0",
    "none",
    "keine",
    "aucune",
    "aucun",
    "ninguno",
    "nessuno",
    "nenhum",
    "geen",
    "brak",
    "нет",
}

# Only together do these words claim something; spaces around them as in claim.py.
SUCCESS_PHRASES = (
    *(" in ordnung ", " a buon fine ", " up to date ", " de succes ", " al dia ", " all good "),
    *(" all well ", " all fine ", " went fine ", " went well ", " alles gut ", " alles ok "),
    *(" tout va bien ", " tout est bon ", " a jour ", " todo bien ", " sin novedad "),
    *(" tutto a posto ", " tutto bene ", " tudo certo ", " tudo bem ", " alles goed "),
    *(" w porzadku ", " все в порядке ", " mis a jour "),
    *(" bien passe ", " bien passee ", " respaldo completo ", " copia completa "),
)

# As the words above, together.
FAILURE_PHRASES = (
    *(" no space left ", " disk full ", " disk is full ", " timed out ", " out of space "),
)

NO_ERROR_IN_TEXT = (
    *("오류 없음", "에러 없음"),
    *("エラーなし", "エラー無し", "エラーはありません", "没有错误", "沒有錯誤"),
    *("无错误", "無錯誤", "未发现错误", "零错误", "異常なし", "无异常"),
)
# With a zero they are none: `エラー: 0`, `0 个错误`.
COUNTED_IN_TEXT = ("失敗", "エラー", "失败", "错误", "錯誤", "실패", "오류", "에러", "警告")
FAILURE_IN_TEXT = (
    *("mal-sucedid", "não foi bem-sucedid", "não bem-sucedid"),
    *("失敗", "エラー", "異常", "中断", "未完了", "失败", "错误", "錯誤", "出错"),
    *("실패", "오류", "에러", "중단"),
    *("异常", "未完成", "不成功", "未成功", "問題があり", "💥", "❌", "✗", "✘", "✖", "🔴"),
)
WARNING_IN_TEXT = ("警告", "⚠", "🟡")
SUCCESS_IN_TEXT = (
    *("성공", "완료", "정상"),
    *("成功", "完了", "正常", "完成", "已备份", "已備份", "没问题", "沒問題", "問題なし"),
    *("bem-sucedid", "✅", "✔", "✓", "☑", "🟢", "👍", "🎉"),
)

STATUS = {"rc", "exit", "ret", "exitcode", "returncode", "errorlevel", "code", "status", "exited"}
