"""Common names of people, in small letters without accents, as lists that a column of names is compared with.

The English ones are the most frequent of the census of the United States of 1990, which is in the public domain; the
others are common in Germany, France, Spain, the Netherlands, Italy, Scandinavia, Poland, Portugal, Turkey and India.
"""

from __future__ import annotations


def _set(text: str) -> frozenset[str]:
    """Give the words of a text."""
    return frozenset(text.split())


SURNAMES = _set(
    """
    abad acevedo acosta adams adkins aguilar aguilera aguirre akers akhtar albrecht alford almeida alston alvarado
    alvarez alves amato andersen anderson andersson andrade andres andrews aparicio aranda arias armstrong arnaud
    arrington arroyo arslan atkins atkinson aubert aubry avery ayala aydin ayers bachmann bailey baird baldwin ballard
    barbieri barker barlow barnett barone barrera barron barroso barth bartlett basile bates battaglia battle baumann
    beasley beatty becker begum behrens belcher bellini beltran benedetti benitez bennett benson bentley benton
    bergmann bergstrom bernal bernardi bertrand besson bevan bianchi blackwell blair blake blanchard blankenship
    blanton blevins blom blondel boehm boggs bohm bolden bonner bonnet booker boone booth bos bourgeois bouvier bowen
    bowers bowman boyce boyd boyer boyle bradshaw brady brandt bray brennan briggs britt brock browning brunet brunner
    bryant buchanan buchholz buckley buckner bullock burch burgess burke burks burnett burns burris burt butz byers
    byrd caballero cabrera cain calderon caldwell calhoun callahan camacho cameron campbell cano cantrell cantu caputo
    carbone cardenas cardoso carey carlson carmona carney caron carpentier carr carrasco carre carrillo carroll caruso
    carvalho carver casado casas casey castaneda castillo castro cattaneo celik cerny cervantes chamberlain chambers
    chan chaney chang chapman chaudhry chauvin chavez chen childers childress childs choudhury christensen claes clark
    clarke clay clements clemons cline cobb cochran coffey colas cole coleman collet collier collins colombo colon
    combs compton conde conley conner conte conti contreras conway cooke cooley copeland coppola corbett correia cortes
    cortez costa cote coulon cowan cox crabtree crawford crespo crowe crowley crum cuesta cummings cunningham dabrowski
    dailey dangelo daniels das dasilva daugherty davenport davidson davies davis dawson deangelis deboer decker
    declercq degraaf degroot dehaan dehoogh dejesus dejong dejonge dekker delacruz delaney delaunay deleon delgado
    delmas deluca demir derosa desai desantis deschamps desmet devries dewaal dewit diaz dickerson dickson dietrich
    diez dijkstra dillard dillon dippel dixon dodd dodson dogan dominguez donahue donaldson donati donovan dorsey
    dotson dougherty downing downs doyle dubois duffy dufour dumas dumont dunbar dunlap dunn dupont dupuis duran durand
    duval dvorak dye dyer eaton ebert eckert edwards egger elder eldridge ellis ellison emerson engel erickson eriksson
    ervin escobar escudero espinosa espinoza esposito estes estevez estrada evans ewing exposito fabbri fabre farina
    farley farrell farris faulkner faure felix ferguson fernandes fernandez ferrand ferrari ferraro ferreira ferrell
    ferrer ferretti ferri figueroa finley fiore fitzgerald fitzpatrick flanagan fleming fletcher fleury flynn forbes
    ford foreman foster fournier franco francois franke franks frazier freeman friedman friedrich fry frye fuentes
    fuhrmann fulton gagnon gaillard gaines galan galindo gallacher gallagher gallardo gallego gallegos galli gallo
    galloway galvan gamble garcia garner garnier garrett garrido garrison garza gatti gauthier gautier gebhardt gentile
    gerlach gerritsen gibbs gibson gil giles gill gillespie gilliam gilmore gimenez giordano girard giraud giuliani
    glover godfrey goff gomes gomez goncalves gonzales gonzalez goodman goodwin goossens gore goss gould gracia grady
    graf grassi grasso greco greene greer gregg griffin griffith griggs grimes gruber guenther guerin guerra guerrero
    guichard guillaume guillen guillot gunther gupta gustafsson guthrie gutierrez guzman haas hahn haley halvorsen hamm
    hammond hancock haney hansen hanson harden hardin harding hardy hargreaves harmon harper harrell harrington
    harrison hart hartley hartman hartmann hatcher hatfield hauser hawkins hayden hayes haynes heard hebert heinrich
    heinz hellwig helms henck hendricks hendriks hendrix hensley henson heredia hering hermann hermans hernandez
    herrera herrero herring herrmann hess hester hewitt hicks hidalgo higgins hines hinton hoarau hobbs hodge hodges
    hoekstra hofer hoffman hogan holcomb holden holder holley hollis holloway holman holt hooper hoover hopkinson
    hopper horne horton horvat horvath howe howell howells huang hubbard huber hubert hubner huebner huet huff huffman
    hughes huisman humphrey hurley hurst hussain hutchins hutchinson hyde ibanez ibarra iglesias ingram ionescu iqbal
    irwin islam ivanov ivanova izquierdo jacobs jacobson jacquet jamison jankowski jansen janssen jansson jarvis
    jenkins jennings jensen jimenez johansen johansson johnson johnston joly jones jonsson jorgensen joshi joyner
    juarez jung jungfer jurado kaminska kaminski kane karlsson kaufman kaur kaya keller kelley kemp kendrick kennedy
    kern kerr key khan kidd kilic kimball kinney kirby kirk kirkland kirkpatrick kline knapp knowles knox koehler
    kohler kok koopman korhonen koster kovac kovacs kowalczyk kowalska kowalski kozlowski kraemer kramer kranz kraus
    krause krebs kremer krieger kristensen krueger kruger kuehn kuhlmann kuhn kuipers kumar kwiatkowski labbe lacroix
    laine lambert landry langley lara larsen larson larsson laurent law lawson leach lebon leclerc leclercq lecomte
    lefebvre legall legrand lehmann leitner lejeune lemaire lemoine leone leroux leroyer leveque levine levy
    lewandowski lindberg lindner lindqvist lindsay lindsey lindstrom liu llewellyn lockhart lohmann lombardi lombardo
    longo lopes lopez lott lowery lozano lucas lucero ludwig luque lutz lynch lyon lyons maas macdonald macias mack
    mackay mackenzie mackey macleod madden maddox madsen maes magee mahmood mahoney maier maillard makinen maldonado
    malik malone maloney mancini manning marchal marchetti marechal mariani marin marini marino marques marquez marti
    martinelli martinez martini martino martins marty massey mateos mathews mathieu mathis matthews maxwell mayer mayes
    mayfield maynard mays mazur mazza mcallister mcbride mccall mccann mccarthy mccarty mcclain mcclure mcconnell
    mccormick mccoy mccray mccullough mcdaniel mcdonald mcdowell mcfadden mcfarland mcgee mcghee mcginnis mcgowan
    mcgrath mcguire mcintosh mcintyre mckay mckee mckenzie mckinney mcknight mclaughlin mclean mcleod mcmahon mcmillan
    mcneil mcpherson meadows meeks mehta meijer mejia melendez menard mendes mendez mendoza menendez mercado mercer
    mercier merino merrill merritt mertens meunier meyers miah michel michiels miles millet mills miranda mobley
    moeller molina moller montanari monteiro montero montes monti montoya moore mora morales moreau moreira morel
    morelli moretti morgan morin morley morrison morrow morse moser moses mosley moya mulder mullen mullins munoz
    murray myers nagel nagy nash navarro neal nelson neumann neves newell newman newsome nguyen nichols nicholson
    nicolas nielsen nieminen nieto nilsson nixon nolan norris novak novakova novotny nowak nunes nunez obrien ochoa
    oconnell oconnor odell odom odonnell okeefe oliveira oliver olivier olsen olson olsson omalley oneal oneil oneill
    orozco orr ortega ortiz osborn osborne osullivan otero otto owens ozturk pacheco padilla palacios palmer palmieri
    palumbo papadopoulos pardo parisi parra parrish parsons pasquier pastor pate patel patterson patton pearce peck
    pedersen peeters pellegrini pellegrino pelletier pena pennington pereira perez perkins perrin perrot perry persson
    peters petersen peterson petit petitjean petrov petrova pettersson petty pfeiffer phelps philippe philippon
    phillips picard pichler pichon pierce pineda pinto piras pittman pitts pohl poirier polk ponce pons popescu popov
    postma potts poulain powell pratt prevost prieto prins prochazka proctor pruitt pryor puckett pugh quesada quinn
    quintana rahman ramirez ramos ramsey randolph rangel rankin rao rasmussen ratliff rausch reddy redondo rees reese
    reeves regnier reid reilly reiter renard renault reuter reyna reynolds rhodes ribeiro ricci richards richardson
    riddle riedel riggs riley rinaldi rios ritter riva rivas rivera rivero rizzi rizzo roach robbins roberson roberts
    robertson robinson robles robson rocha roche rodgers rodrigues rodriguez rodriquez rogers rojas roldan rolland
    rollins romero rosado rosales ross rossetti rossi rousseau roussel rousset roux rowland ruiz russo rutherford
    rutledge saez sahin salas salazar salinas sampson sanchez sanders sandoval sanford sanna santoro sanz sargent
    sartori sato sauer saunders sawyer scheel schiller schmid schmitt schmitz scholz schouten schreiber schroder
    schroeder schubert schulte schultz schumacher schuster schwartz sears segers seidel seifert sellers serrano sexton
    shaffer shah sharma sharpe shaw shea shelton shepard shepherd sheppard sherman shoemaker silva silvestri simmons
    simms simon sims sinclair singh singleton skinner slater slaughter sloan smart smirnov smirnova smit smits snider
    snyder soares soler solis solomon sorensen soriano sosa soto sousa sparks spence spivey springer stahl starr steele
    steiner stephens stephenson stevens stevenson stinson stokes strickland suarez sullivan summers suzuki svensson
    svoboda swain swanson sweeney sykes szabo szymanski takahashi talley tanaka tate tatum teixeira terrell tessier
    thiel thompson thornton tillman timmermans torres toth townsend tran trapp trevino trujillo tucker tyson ullmann
    underwood valdez valentini valenzuela vanbeek vance vandam vandamme vandenberg vandenbosch vandenbroek vandenheuvel
    vandermeer vanderveen vandijk vang vanleeuwen varela vargas vasquez vasseur vaughan vaughn vazquez veenstra vega
    velasco velasquez velazquez velez verhoeven vermeulen vidal vieira vila villanueva villar villarreal vinson
    virtanen visser vitale vitali vogt voigt voisin vos wade walden wallace waller walsh walters wang ware watkins
    watson watts webb webber wegner wenzel werner wheeler whitaker whitehead whitfield whitley whitney wiggins wilcox
    wilder wiley wilkerson wilkins wilkinson willems williams williamson willis wimmer winkler wirth wisniewska
    wisniewski witt wojcik wolfe wolff womack wong woodard woodward wooten wouters wozniak wright wuyts wyatt wynn
    yamamoto yang yarbrough yates yildiz yilmaz yoder zhang zhao zhou ziegler zielinski zimmerman
    """
)
"""Words that are hardly anything but surnames."""
GIVEN_NAMES = _set(
    """
    aad aaron aart abigail achille achim adam adela adele adolfo adriaan adrian adriana adriano adrien agathe agnes
    agnese agnieszka agostino agustin ahmed ahmet aiden ailsa aimee aisha aitor alain alan alasdair albane albano
    alberto aleida aleksandra alessandra alessia alessio alex alexander alexis alfio alfonso alfred alfredo alice
    alicia aline alistair alix allegra allison alma almut alonso alvaro alvin alwin amalia amanda amedeo amelia amit
    amparo amy ana anabel anais andre andrea andree andreu andrew andrzej angela angeles angelica angelina angelo
    aniceto anil anita ann anna annamaria anne anneke annelie annelies anneliese annemarie annemiek annette annibale
    annie anouk anselmo anthony antje antoinette antonella antonello antonino antonio aoife araceli ariane arianna arie
    arjan arjen arlene arlette armelle arno arnold arthur arturo ashleigh astrid asuncion aude audrey auguste augustin
    aurelio ava axelle ayse barbara barry bartolomeo bastien bautista beata beatrice begona belen ben benigno benito
    benjamin benoit beppe bernadette bernard bernardo bernice berta bertha bertram bessie beth bethany bettina betty
    beverly biagio bianca billy birte bjarne bjorn blanca bobby bodo bonnie boris borja brad bradley bram brenda brent
    brett brian brigitte brittany brunhilde burkhard caleb calisto callum calvin camilla candela candelaria capucine
    caren carina carl carla carlijn carlo carlos carlota carmelo carmen carole carolyn carrie caspar catalina caterina
    catherine cathy cayetano cecil cecilia cedric cees celestine celestino celia celina cesar charlene charles charlie
    charline chema cheryl chiara chloe chris christiana christina christine christopher chus cindy cipriano ciro claire
    clara clarence claude claudio clemence clement clifford clive clyde coen colette colleen concepcion connie connor
    conor conrad constance consuelo corey corinna corinne coriolano cornelis cornelius corrado cory covadonga craig
    cristian cristiano cristobal curtis custodia cynthia cyril daan dagmar damiano damien dan dana daniel daniele
    danielle danny daphne dario dariusz darlene darrell darren david davide debbie deborah debra declan deepak delores
    denis denise derek derrick detlef detlev diana didier diederik diethelm dirk dmitri dolores domingo dominic
    dominique don donald donatella donato donna doreen doris dorota dorothe dorothee dorothy douglas dries duane duncan
    dustin eberhard eckhard eddie edeltraud edgar edith edmond edmund edna edoardo edouard edwin egon eileen ekkehard
    elaine eleanor elena eleonora eleonore elfi elfriede eliane elias eligio elisa elise elizabeth ella ellen elli
    elliot elliott elmer eloise eloy els elsa else elsie elske elvira emanuela emanuele emiel emil emile emiliano
    emilio emily emine emma emmanuel emmanuelle emmi encarnacion enrico enzo eric erica erin erna ernest ernesto ernst
    esmee esteban estefania estela estelle esther ethan ethel etienne ettore eugene eugenia eugenie eugenio eusebio eva
    evaristo evelyn evi ewa ewald ezequiel fabien fabio fabrice fabrizio falk fatma faustino fausto fedele federica
    federico felicidad felipe felisa femke ferdi fermin fernand fidel filippo fiona fiorenza flavia flavio fleur floor
    floris floyd frances francesca francesco francis francisca francisco fred frederic frederick frederique freja
    frieda friederike friedhelm frits fritz gabi gabriel gabriella gaelle gaetano gaia gail gareth gary gaspar gaston
    gavin gema gemma genevieve geoffrey george georges georgine gerald geraldine gerard gerardo gerd gerda germaine
    gero gerrit gertraud gertrude gertrudis gesa gesine ghislaine giacomo gian gianluca gianni gianpaolo giel giesela
    gijs gilberto gilles gina gino gioele giorgia giorgio giovanna gisbert giulia giuliano giulio giuseppe giuseppina
    giustino gladys glenn gonzalo gordon gottfried graeme graham graziella greg gregoire gregor gregorio gregory greta
    grete grzegorz guadalupe guido guillermo gunda gundula gunnar gustav gustavo guus hakan halina hamish hanna hanne
    hannes harold harry harvey hassan hatice hazel heather hector hedwig hedy heiner helen helge hella helmuth hendrik
    hendrika henk henning henny henriette henry herbert herman hernan herta hilario hilda hilde hildegard hinrich
    hiroshi hollie holly horacio horst hortense howard hugo hugues hussein ibrahim ida ignacio igor ilaria ilona ilse
    imelda imke ineke ines inga inge ingeborg ingrid inigo inka inmaculada irene irina irma irmgard irmtraud isaac
    isidora isidro isla ismael isolde itziar ivan ivo ivonne jaap jacinta jacinto jacob jacoba jacopo jacqueline
    jadwiga jaime jake jakub james jamie jane janet janice janine janosch janusz jared jasmijn jason jean jeanette
    jeanne jeannette jeannine jeff jeffery jeffrey jelle jenaro jennifer jeremy jeroen jerome jeronimo jerry jerzy
    jesse jessica jessie jill jim jimena jimmy joakim joan joann joanna joanne joaquin jocelyne jochem jochen joe joel
    joelle joern johan johanna john johnny jon jonatan jonathan joost jordi jorge joris jorn jort jose josefa josefine
    josep joseph josephine josette josh joshua jost joyce jozef juan juana juanita judith judy jules julia julian
    juliana julie julien juliette julio jurgen jurre justin justine jutta kai karen karl karla karlheinz karolina
    karoline kaspar katarzyna katherine kathleen kathryn kathy katie katy kay kees keith kelly kenneth kevin khalid
    kieran kim kirsten kirsty kjell klara klaudia koen konstantin konstanze kristen kristin krystyna krzysztof
    kunigunde kyle laetitia lamberto lando larry lars laura laure lauren laurence laurie lawrence layla leah lee leif
    leila lennart leo leonard leonardo leonie leroy lesley leslie lester leszek letizia lewis liam liana licia lidia
    lieke liesbeth liesel lieselotte liliana lilli lillian lina linda linnea lionel lisa lisanne liselotte livio lloyd
    loes logan loic lois lola lore loredana lorenz lorenzo loretta lori lotte louis louise luc lucette luciano lucien
    lucienne lucile lucille lucio lucy luigi luis luisa luise lupe luuk lydie lynn lynne maaike maarten maartje
    macarena maciej madeleine magnus maite maja malcolm malgorzata manolo manon manuel manuela marc marcel marcela
    marcelino marcelle marcello marcelo marcial marcos marcus marek marga margaret margarita margaud margherita margit
    margot margrit marguerite maria marian mariangela mariano maribel maricarmen maricruz marie marieke marijke marika
    marilyn mario marion marisa marisol marit marjorie marlies marloes marlon marta martha marthe martine marvin mary
    maryse massimo mateo mateusz mathijs mathilda mathilde matias matilda mats matteo matthew matthieu maud maura
    maureen maurice mauricio maurizio maxime maximo mees megan mehmet melanie melchor melinda melissa melvin merel
    merle mia michael michal micheal michelangelo michele michelle mieke miguel mikael mike milagros milan mildred
    milena mirco mireille mirella mirthe mitchell modesto mohamad mohammad moira moises monica monique montse morag
    morgane muhammed muriel mustafa nacho nadege naomi natalie natasha nathan nathaniel natividad neha nele nellie
    nerea niamh nicanor nicholas nick nico nicola nicole nicoletta nicolo niek nienke nieves nigel niko noah noel
    noelia noemi noemie noortje norma norman oceane octavio odette odile ofelia ola ole olga olivie omar onofre ornella
    oscar oskar osvaldo ottavio ottmar ove ovidio owen paca paco paloma pamela paola paolo pascual pastora patrice
    patricia patricio patrick patrizia paula paulette pauline pawel pedro peer peggy pepe pepijn peter philip
    philippine phillip phyllis pia pien pierluigi piero pieter pietro pim pina pio piotr pooja porfirio primitivo priya
    przemyslaw purificacion quentin quinten rachel rafael rafaela raffaele raffaella rahul ralf ralph ramiro ramon
    randall randy rasmus raul ravi raymond raymonde rebecca reginald regis reiner remi remy renaud rene renee rens
    rhonda rhys ria ricardo riccardo richard rick ricky rik rita robert roberta roberto rocco roch rocio rodney
    rodolphe rodrigo roel rogelio roger roland rolande romain romeo romy ron ronald ronnie rosalia rosanna rosaria
    rosaura roselyne rosemary rosi rosina roswitha roy ruben rudiger ruediger ruggero rune ruperto russell ruth ruud
    ryan sabatino sabrina sally salvatore sam samantha samuel sander sandra sanjay sanne sara sarah saskia saturnino
    sean sebastien serena sergei sergio severiano severine shane shannon sharon shawn sheila sherry shirley sian
    siegfried sigismund sigmar signe sigrid sigrun silvana silvia silvio simona simone simonetta sina sinead siobhan
    sjoerd slawomir sofie solange soledad solveig soren stacey stacy stanislaw stefania stefano stephan stephane
    stephanie stephen steve steven stewart stijn stuart sture sunil susan susanita susanna suzanna suzanne svante sven
    svetlana sylvain sylvia sylviane tadeusz tamara tammy tanguy tania tara tatiana telmo teo teodoro terence teresa
    terri terry tess teun thelma theo theodore theophile theresa thibault thibaut thijmen thijs thomas tiffany tijmen
    tijn till tilo timo timothee timothy tina tiziana tobias todd tom tomas tomasz tommaso tommy tony tonya torbjorn
    toribio tracey tracy traudel traute travis trevor trinidad tristan tuva twan ubaldo ugo ulf uli ulla umberto undine
    urbano valentin valentina valentine valere valerie valerio valero vanessa vera vernon veronica vicente vicki
    victoire victor viggo viktor vincent vincenza vincenzo virgilio virginie vittoria vittorio vivian viviana vivien
    vivienne vladimir walburga waldemar wanda warren wayne wendy wenke wesley wessel wiebke wietse wilfried wilhelmina
    willem willemijn william willie wilma wim winfried wojciech wolfram wouter xiao ximena yago yann yannik yara
    yolanda yolande yuki yuri yusuf yvette yvon yvonne zacarias zacharie zachary zainab zbigniew zita zoe zofia
    """
)
"""Words that are hardly anything but given names."""
NAMES_AND_WORDS = _set(
    """
    abbott adelaide alba albert ali allen amber angel april archer ashley aurora aurore austin avila bacon baker bakker
    ball banks barber barbier barnes baron barr barre barrett bart barton bas bass bauer baxter beach bean beard beck
    bell bender berg berger berry best bianco bill bird bishop black blackburn blanc blanche blanco bland bolton bond
    boucher bradford branch brandon braun bravo brewer bridges bright brooks brouwer brown bruce brun bruno bryan buck
    bueno bunch burton busch bush butler butts calvo camp campos cannon carol carolina carpenter carson carter case
    cash chad chandler charlotte charpentier chase cherry chester chevalier christian church clayton cleveland clifton
    cohen cook cooper cordova cotton covington craft crane crosby cross cruz crystal curry dale dalton dawn day dean
    dennis diane drake dudley duke durham earl edward england english esperanza everett farmer ferrara fields finch
    fischer fisher flora florence flores flowers foley fontaine fontana fowler fox frank franklin french frost fuchs
    fuller gardner gates gay gene gentry georgia gilbert glass glen gloria golden good grace grant graves gray green
    groen gross guy hale hall hamilton hampton harris hastings hays head heath henderson hickman hill hoffmann hofmann
    holland holmes hood hopkins horn house houston hudson hull hunt hunter iris isa jack jackson jade jaeger jager jan
    jasmin jay jefferson jesus jip job johns jop jordan joy june justice kaiser kendall kent kessler kimberly king
    klein knight koch koenig konig lake lamb lancaster lane lang lange leblanc lebrun leon little livingston long
    lorena lorraine lourdes love lowe lugo luna madison mann marchand mark marks marsh marshall martin mason masson may
    mayo medina meier melton mercedes messina meyer middleton miller milton ming minor monroe montgomery moody moon
    mooney moran moreno morris morton moss moulin mueller muller murphy nancy newton noble norton orlando pace page
    paris park parker parks paul payne paz pearl pearson per pickett pike pilar pollard poole pope porter potter powers
    preston price prince ray reed regina remedios rey reyes rice rich richmond richter rico rivers riviere robin roman
    romano rosa rosario rose roth rouse rowe rubio ruby rush sala salvador santana santiago santos savage schaefer
    schafer schmidt schneider schulz schulze schwarz scott segura sem serra sharp shields short sierra simpson small
    smith snow sommer spears spencer stafford stanley stanton stark stein stone stout strong sue sutton sweet tanner
    taylor testa tim troy turner tyler valencia victoria villa virginia vogel wagner walker wall walls walter walton
    ward warner washington waters weaver weber webster weeks wei weiss welch wells west white wilson winter winters
    wise wolf wood woods workman york young zamora zimmermann
    """
)
"""Names that are as well words, cities, hospitals, scales, drugs or diseases: alone they tell nothing."""
